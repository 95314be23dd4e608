/* The search, the picture with one object in its middle, and the overview of all. An object's
 * address is #o/KEY, so that links, back and forward work. */

const SHOWN = 50; /* of a list, before it is asked for more */
const LISTED = 1000; /* of all that is reached; its CSV has the rest */
const OPEN = 20; /* so short a list is open at once */

/* Why something is not known: the words of the file, see sigmacat-files(5), and what they mean. */
const REASONS = {
  "ambiguous": "several bear the name",
  "circle": "it leads back to the column itself",
  "column-not-found": "the source has no such column",
  "columns-unavailable": "the columns of this document could not be read",
  "control": "a control, not a column",
  "error-column": "Sigma calls the formula broken",
  "formula-unclear": "which references the formula has can't be told",
  "inode-not-a-source": "the id names a table that the element does not have",
  "metric-unknown": "no such metric is known",
  "not-a-declared-source": "no source of the element bears the name",
  "pass-through-unknown": "the column comes without a formula, and its id says nothing",
  "self-reference": "it names the column itself",
  "source-columns-unknown": "which columns the source has is not known",
  "union-branches-unknown": "what a union is made of is not known",
  "unknown-name": "neither a column of the element nor a known control",
  "unresolved-path": "none of the ways to read it checks out",
};

function reason(word) {
  return REASONS[word] ? word + ": " + REASONS[word] : word;
}

function address(node) {
  return "#o/" + encodeURIComponent(node.key);
}

function nodeAt(graph, hash) {
  if (!hash.startsWith("#o/")) return null;
  try {
    return graph.nodes.get(decodeURIComponent(hash.slice(3))) || null;
  } catch {
    return null; /* a broken link */
  }
}

/* ---- search ---- */

class Search {
  constructor(graph) {
    this.graph = graph;
    this.index = null; /* made with the first letter */
    this.entries = [];
    this.chosen = -1;
    this.input = document.getElementById("find");
    this.list = document.getElementById("found");
    this.told = document.getElementById("found-count");
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
  }

  search() {
    this.index = this.index || new Index(this.graph);
    const found = this.index.find(this.input.value, SHOWN);
    this.entries = found.entries;
    this.list.replaceChildren(...this.entries.map((entry, i) => this.option(entry, i)));
    this.told.textContent = !this.input.value.trim() ? ""
      : found.count > SHOWN ? number(found.count) + " found, the first " + SHOWN + " are shown"
        : number(found.count) + " found";
    this.open(this.entries.length > 0);
    this.choose(this.entries.length ? 0 : -1);
  }

  option([node, column], i) {
    const where = column ? "column of " + node.name : KINDS[node.kind];
    const path = node.path || (node.of && node.of.name);
    const take = (event) => {
      event.preventDefault(); /* or the list would be closed before the choice counts */
      this.go(i);
    };
    return make("li", { id: "found-" + i, role: "option", mousedown: take },
      named(column || node.name), make("small", null, named(where + (path ? ", " + path : ""))));
  }

  press(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (moves[event.key]) this.choose(this.chosen + moves[event.key]);
    else if (event.key === "Enter" && this.chosen >= 0) this.go(this.chosen);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  choose(i) {
    const options = this.list.children;
    if (this.chosen >= 0 && options[this.chosen]) options[this.chosen].removeAttribute("aria-selected");
    this.chosen = options.length ? Math.min(Math.max(i, 0), options.length - 1) : -1;
    if (this.chosen < 0) return this.input.removeAttribute("aria-activedescendant");
    options[this.chosen].setAttribute("aria-selected", "true");
    options[this.chosen].scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", "found-" + this.chosen);
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  close() {
    this.open(false);
    this.choose(-1);
  }

  go(i) {
    location.hash = address(this.entries[i][0]);
    this.told.textContent = "";
    this.close();
  }
}

/* ---- one object ---- */

function byName(a, b) {
  return KINDS[a.kind].localeCompare(KINDS[b.kind]) || a.name.localeCompare(b.name);
}

function card(node) {
  return make("a", { href: address(node), class: "card " + node.kind },
    make("small", null, KINDS[node.kind]), make("span", null, named(node.name)),
    node.path ? make("small", null, named(node.path)) : null);
}

/* A column of the picture. What it feeds of an element's own document comes with it. */
function side(title, nodes, nothing) {
  const sorted = [...nodes].sort(byName);
  const list = make("ul", null, sorted.slice(0, SHOWN).map((node) => make("li", null, card(node))));
  const rest = sorted.slice(SHOWN);
  const button = rest.length ? make("button", {
    type: "button",
    click: () => {
      list.append(...rest.map((node) => make("li", null, card(node))));
      button.remove();
    },
  }, "Show " + number(rest.length) + " more") : null;
  return make("div", { class: "side" }, make("h4", null, title + " (" + number(nodes.size) + ")"),
    nodes.size ? list : make("p", null, nothing), button);
}

function facts(node) {
  const rows = [["Kind", KINDS[node.kind] + (node.type ? ", " + node.type : "")],
    ["Path", node.path], ["Part of", node.of ? make("a", { href: address(node.of) }, named(node.of.name)) : null],
    ["Owner", node.owner], ["Last changed by", node.by], ["Last changed", node.at ? time(node.at) : null],
    ["Formula", node.formula && make("code", null, named(node.formula))], ["In Sigma", linkOut(node.url)], ["Columns", node.columns && node.columns.join(", ")],
    ["Not known", (node.unresolved || []).length ? make("ul", null, node.unresolved.map((one) =>
      make("li", null, one.reference ? [make("code", null, named(one.reference)), " "] : null, reason(one.reason)))) : null],
    ["Listed", node.isUnlisted ? "no: it is named by others, and Sigma's list does not have it" : null]];
  return make("dl", null, rows.filter(([, value]) => value)
    .map(([name, value]) => [make("dt", null, name),
      make("dd", null, typeof value === "string" ? named(value) : value)]));
}

/* Only to Sigma's web addresses: a link of another kind could run something. */
function linkOut(url) {
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return null;
  return make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, "open (leaves this page)");
}

/* "1 table, 3 workbooks" */
function kindsOf(nodes) {
  const word = (kind, many) => KINDS[kind].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) +
    (many > 1 && kind !== "query" ? "s" : "");
  return Object.keys(KINDS).map((kind) => [kind, nodes.filter((one) => one.kind === kind).length])
    .filter(([, many]) => many).map(([kind, many]) => number(many) + " " + word(kind, many)).join(", ");
}

/* A column has no owner: its document has. */
function ownerOf(node) {
  return node.owner || (documentOf(node) || {}).owner;
}

function reached(title, node, way, empty) {
  const list = closure(tellers(node), way);
  const heading = make("h4", null, title);
  if (!list.length) return make("div", { class: "reached" }, heading, make("p", null, empty));
  const of = kindsOf([...new Set(list.filter((one) => one.kind === "column").map(documentOf))].filter((one) => one));
  const rows = () => list.map((one) => [KINDS[one.kind], one.name, one.path, ownerOf(one), one.id]);
  const heads = ["Kind", "Name", "Path", "Owner", "Id"];
  return make("div", { class: "reached" }, heading,
    make("p", null, kindsOf(list) + (of ? "; the columns are of " + of : "") + "."),
    copyButton("Copy as CSV", () => csv([heads, ...rows()])),
    more("The list", () => table(title, ["Name", "Kind", "Path", "Owner"], list.slice(0, LISTED).map((one) =>
      [make("a", { href: address(one) }, named(one.name)), KINDS[one.kind], named(one.path || ""), named(ownerOf(one) || "")])),
    list.length <= OPEN), list.length > LISTED ? make("p", null, "The list has the first " + number(LISTED) + "; the CSV has all.") : null);
}

/* Arrow keys move within a side and from side to side. */
function moveByKey(event) {
  const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!steps || event.altKey || event.ctrlKey || event.metaKey) return;
  const sides = [...event.currentTarget.children].map((one) => [...one.querySelectorAll("a.card, h3")]);
  const at = sides.findIndex((cards) => cards.includes(document.activeElement));
  if (at < 0) return;
  const cards = sides[at + steps[0]];
  if (!cards || !cards.length) return;
  const to = steps[0] ? 0 : cards.indexOf(document.activeElement) + steps[1];
  if (!cards[to]) return; /* the key scrolls */
  cards[to].focus();
  event.preventDefault();
}

function showNode(node) {
  const middle = make("div", { class: "middle " + node.kind },
    make("h3", { tabindex: "-1" }, named(node.name)), facts(node));
  const picture = make("div", { class: "picture", keydown: moveByKey },
    side(node.kind === "element" && !node.parts.length ? "What feeds its workbook" : "What feeds it",
      new Set(tellers(node).flatMap((one) => [...one.from])), "Nothing that the set knows of."), middle,
    make("div", { class: "side" }, side("What it feeds", new Set(tellers(node).flatMap((one) => [...one.to])),
      "Nothing that the set knows of."),
    node.parts.length ? side(node.kind === "workbook" ? "Its elements" : "Its columns", new Set(node.parts), "") : null));
  const walk = document.getElementById("walk");
  walk.replaceChildren(...[picture,
    node.kind === "element" && !node.parts.length ? null
      : reached("What breaks if this goes", node, "to", "Nothing else in this set depends on it."),
    reached("Where this comes from", node, "from", node.isTypedIn ? "It is typed in: a column of an input table."
      : "It comes from nothing that the set knows of."),
    make("p", null, make("a", { href: "#lineage" }, "Back to the overview"))].filter((part) => part));
  walk.hidden = false;
  document.getElementById("overview").hidden = true;
  middle.querySelector("h3").focus();
}

/* ---- all of it ---- */

function topFolder(node) {
  return typeof node.path === "string" && node.path ? node.path.split("/")[0] : "(no folder)";
}

/* Documents by their folder, and how many of each reach which connection. */
function overview(graph) {
  const documents = [...graph.nodes.values()]
    .filter((node) => ["workbook", "datamodel", "dataset"].includes(node.kind));
  const connections = [...graph.nodes.values()].filter((node) => node.kind === "connection");
  const reach = new Map(connections.map((node) => [node, closure([node], "to")]));
  const folders = new Map();
  for (const node of documents) {
    const name = topFolder(node);
    folders.set(name, (folders.get(name) || 0) + 1);
  }
  const cells = new Map(connections.map((connection) => {
    const counts = new Map();
    for (const node of reach.get(connection))
      if (node.kind !== "table" && node.kind !== "query" && node.kind !== "element" && node.kind !== "column")
        counts.set(topFolder(node), (counts.get(topFolder(node)) || 0) + 1);
    return [connection, counts];
  }));
  const many = (node, kind) => reach.get(node).filter((one) => one.kind === kind).length;
  const sorted = connections.sort((a, b) => reach.get(b).length - reach.get(a).length);
  const names = [...folders.keys()].sort((a, b) => folders.get(b) - folders.get(a));
  const first = sorted.slice(0, 12);
  return [
    table("By connection: what hangs on it", ["Connection", "Type", "Tables", "Data models", "Data sets", "Workbooks"],
      sorted.map((node) => [make("a", { href: address(node) }, named(node.name)), node.type || "", many(node, "table"),
        many(node, "datamodel"), many(node, "dataset"), many(node, "workbook")])),
    table("By top folder: its documents, and how many of them reach each connection",
      ["Folder", "Documents", ...first.map((node) => named(node.name))],
      names.slice(0, 100).map((name) => [named(name), folders.get(name),
        ...first.map((node) => cells.get(node).get(name) || 0)])),
    names.length > 100 || sorted.length > first.length ? make("p", null,
      "The largest folders and connections are shown; the search finds all.") : null,
  ];
}
