/* The data of the page: unpacked, and made a graph. Nothing here knows of HTML.
 *
 * A node has kind, id, name and what else is known; `from` are the nodes that feed it, `to` those
 * that it feeds, `of` what it is part of, `parts` its own parts. Edges are what the files say, and
 * nothing else: that a workbook reads a table does not say it of each of its elements. */

const KINDS = {
  connection: "Connection", table: "Table", query: "Custom SQL", dataset: "Data set",
  datamodel: "Data model", workbook: "Workbook", element: "Element", column: "Column", csv: "CSV upload",
};

async function unpack(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/* What the C side writes, as the page speaks of it: see page_data.c. */
function understand(data) {
  const extraction = data.summary.extraction || {};
  const identity = data.summary.connection_identity || {};
  const gaps = Object.values(extraction.gaps || {}).reduce((sum, many) => sum + many, 0);
  data.set = {
    ...data.made_by, host: identity.host || "unknown", organization: identity.organization_id || null,
    began: new Date(data.made_by.timestamp * 1000).toISOString(), degraded: extraction.degraded || [],
    partial: Boolean(extraction.partial), gaps_total: gaps,
    whole_organization: data.summary.extracts_whole_organization === true,
  };
  data.files = Object.entries(extraction.files || {}).map(([name, file]) => [name, file.records, file.bytes]);
  if (data.run) data.run = { ...(data.figures || {}), ...((data.figures || {}).course || {}), ...data.run };
  if (data.gaps) data.gaps = data.gaps.map(([kind, id, status, isNew, told]) =>
    ({ ...(told || {}), kind, id, status, new: isNew }));
  if (data.before) data.before.at = new Date(data.before.timestamp * 1000).toISOString();
  return data;
}

const NONE = new Set(); /* most nodes feed nothing, and two sets for each would be most of the time */

class Graph {
  constructor(data) {
    this.nodes = new Map(); // by key
    this.members = new Map((data.members || []).map((row) => [row[0], nameOfMember(row)]));
    for (const [id, name, type] of data.connections || [])
      this.add("connection", id, { name, type });
    for (const kind of ["dataset", "datamodel", "workbook"])
      for (const [id, name, path, url, owner, by, at] of data[kind + "s"] || [])
        this.add(kind, id, { name, path, url, owner: this.member(owner), by: this.member(by), at });
    for (const kind of ["dataset", "datamodel", "workbook"])
      for (const [id, sources] of data[kind + "_sources"] || [])
        this.addSources(this.nodes.get(kind + ":" + id), sources);
    for (const [id, sources] of data.datamodel_lineage || [])
      this.addSources(this.nodes.get("datamodel:" + id), sources);
    for (const row of data.elements || []) this.addElement(row);
    for (const row of data.field_lineage || []) this.addColumn(row);
    for (const row of data.field_lineage || []) this.addReads(row);
  }

  member(id) {
    return id ? this.members.get(id) || id : null;
  }

  add(kind, id, more) {
    const key = kind + ":" + id;
    let node = this.nodes.get(key);
    if (!node) {
      node = { kind, id, key, name: null, from: NONE, to: NONE, parts: [] };
      this.nodes.set(key, node);
    }
    Object.assign(node, more);
    if (typeof node.name !== "string" || !node.name) node.name = KINDS[kind] + " " + id;
    return node;
  }

  /* `upper` feeds `lower`. */
  join(upper, lower) {
    if (!upper || !lower || upper === lower) return;
    if (upper.to === NONE) upper.to = new Set();
    if (lower.from === NONE) lower.from = new Set();
    upper.to.add(lower);
    lower.from.add(upper);
  }

  addSources(node, sources) {
    if (node)
      for (const source of sources || [])
        this.join(this.source(node, source), node);
  }

  source(node, [type, id, connection, path]) {
    if (type === "table") return this.table(connection, path, id);
    if (type === "data-model") return this.known("datamodel", id);
    if (type === "dataset") return this.known("dataset", id);
    if (type === "custom-sql") return this.query(node, connection);
    return null;
  }

  /* What is named but not listed is there all the same. */
  known(kind, id, name) {
    return id ? this.nodes.get(kind + ":" + id) || this.add(kind, id, { name, isUnlisted: true }) : null;
  }

  /* The same table comes by its path, or where that is not known, by its id. */
  table(connection, path, id) {
    const isKnown = Array.isArray(path) && path.length > 0;
    if (!isKnown && !id) return null;
    const key = isKnown ? JSON.stringify([connection, ...path]) : id;
    const known = this.nodes.get("table:" + key);
    if (known) return known;
    const node = this.add("table", key, {
      name: isKnown ? String(path[path.length - 1]) : "Table " + id + ", whose path is not known",
      path: isKnown ? path.slice(0, -1).join(" / ") : null,
    });
    if (connection) this.join(this.known("connection", connection), node);
    return node;
  }

  query(user, connection) {
    const node = this.add("query", user.key, { name: "Custom SQL of " + user.name });
    if (connection) this.join(this.known("connection", connection), node);
    return node;
  }

  addElement([workbook, id, name, type, columns]) {
    const of = this.nodes.get("workbook:" + workbook);
    if (!of || !id) return;
    of.parts.push(this.add("element", workbook + "/" + id, {
      name: name || "Element " + id, type, of,
      columns: (columns || []).filter((column) => typeof column === "string"),
    }));
  }

  /* ---- field-level lineage, where it was asked for ---- */

  columnKey(asset, document, element, column) {
    return [asset, document, element, column].join("/");
  }

  addColumn([asset, document, element, column, name, , unresolved, formula]) {
    const of = this.nodes.get(asset + ":" + document) || null;
    if (!column) { /* all of a document's columns, which could not be read */
      if (of) of.unresolved = unresolved;
      return;
    }
    const holder = this.nodes.get("element:" + document + "/" + element) || of;
    const node = this.add("column", this.columnKey(asset, document, element, column), {
      name: name || "Column " + column, of: holder, unresolved: unresolved || [], formula, isRecord: true,
      path: [...new Set([of, holder])].filter((one) => one).map((one) => one.name).join(" / ") || null,
    });
    if (holder) holder.parts.push(node);
  }

  addReads([asset, document, element, column, , reads]) {
    const node = this.nodes.get("column:" + this.columnKey(asset, document, element, column));
    for (const read of reads || []) this.join(this.read(read), node);
  }

  read(read) {
    if (read.kind === "column" || read.kind === "input-table") return this.columnThatIsRead(read);
    const holder = this.holder(read);
    if (!holder || !read.column) return holder;
    const node = this.add("column", holder.key + "." + read.column, {
      name: read.column, of: holder,
      path: [holder.kind === "table" && holder.path, holder.name].filter((part) => part).join(" / "),
    });
    this.join(holder, node);
    return node;
  }

  /* Of some only the name is known, and of what it is a column. */
  columnThatIsRead(read) {
    const id = this.columnKey(read.asset, read.asset_id, read.element_id, read.column_id || "=" + read.column);
    const known = this.nodes.get("column:" + id);
    if (known && read.kind === "input-table") known.isTypedIn = true;
    if (known || read.column_id) return known;
    const of = this.known(read.asset, read.asset_id);
    return this.add("column", id, { name: read.column, path: of && of.name, of });
  }

  /* What has the column that is read, where that is not an element. */
  holder(read) {
    if (read.kind === "table") return this.table(read.connectionId, read.path, read.inodeId);
    if (read.kind === "dataset") return this.known("dataset", read.inodeId, read.name);
    if (read.kind !== "query" && read.kind !== "csv") return null;
    const kind = read.kind === "csv" ? "csv" : "query";
    const node = this.add(kind, JSON.stringify([read.connectionId, read.csvId || read.name]),
      { name: read.name || KINDS[kind] });
    if (read.connectionId) this.join(this.known("connection", read.connectionId), node);
    return node;
  }

  /* Of the columns of elements: how many read something, and reach a table; null where nobody asked. */
  coverage(records) {
    if (!records) return null;
    const reasons = new Map();
    const reached = new Set();
    const columns = [...this.nodes.values()].filter((node) => node.isRecord);
    for (const node of this.nodes.values())
      if (node.kind === "column" && node.of && node.of.kind === "table")
        for (const one of closure([node], "to")) reached.add(one);
    for (const [, , , , , , unresolved] of records)
      for (const one of unresolved || []) reasons.set(one.reason, (reasons.get(one.reason) || 0) + 1);
    return [["Columns", columns.length], ["Read something that is known", columns.filter((node) => node.from.size).length],
      ["Reach a table's column", columns.filter((node) => reached.has(node)).length],
      ...[...reasons].sort((a, b) => b[1] - a[1]).map(([word, many]) => ["Not known, " + reason(word), many])];
  }
}

function nameOfMember([id, first, last, email]) {
  const name = [first, last].filter((part) => part).join(" ") || id;
  return email ? name + " <" + email + ">" : name;
}

/* All that is reached from `nodes` by `side` ("from" or "to"), nearest first, without these. */
function closure(nodes, side) {
  const seen = new Set(nodes);
  const list = [...nodes];
  for (let i = 0; i < list.length; i++)
    for (const next of list[i][side])
      if (!seen.has(next)) {
        seen.add(next);
        list.push(next);
      }
  return list.slice(nodes.length);
}

/* The workbook, data model or data set that it is part of. */
function documentOf(node) {
  let one = node;
  while (one.of) one = one.of;
  return one !== node && ["workbook", "datamodel", "dataset"].includes(one.kind) ? one : null;
}

/* Whose edges tell of a node: an element's are its columns', or where these are not known its
 * workbook's. */
function tellers(node) {
  if (node.kind !== "element") return [node];
  return node.parts.length ? node.parts : [node.of];
}

/* ---- search ---- */

/* One text with a line for each thing that can be found, so that a search is one pass over it. */
class Index {
  constructor(graph) {
    this.entries = [];
    for (const node of graph.nodes.values()) {
      this.entries.push([node, null]);
      if (!node.parts.length) for (const column of node.columns || []) this.entries.push([node, column]);
    }
    this.starts = new Uint32Array(this.entries.length);
    const lines = [];
    let length = 0;
    this.entries.forEach(([node, column], i) => {
      const line = (column || node.name + (node.path ? " " + node.path : ""))
        .toLowerCase().replaceAll("\n", " ");
      this.starts[i] = length;
      length += line.length + 1;
      lines.push(line);
    });
    this.text = lines.join("\n");
  }

  entryAt(offset) {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /* Up to `max` entries, those that begin with the words before the rest. */
  find(words, max) {
    const wanted = words.trim().toLowerCase().replaceAll("\n", " ");
    const first = [];
    const rest = [];
    let count = 0;
    for (let at = wanted ? this.text.indexOf(wanted) : -1; at >= 0;) {
      const i = this.entryAt(at);
      count++;
      if (this.starts[i] === at) {
        if (first.length < max) first.push(this.entries[i]);
      } else if (rest.length < max) rest.push(this.entries[i]);
      const next = i + 1 < this.starts.length ? this.starts[i + 1] : this.text.length;
      at = this.text.indexOf(wanted, next);
    }
    return { count, entries: first.concat(rest).slice(0, max) };
  }
}
