/* The parts of the page, in the order in which a reader asks. */

const REMEDIES = { /* of a gap: who mends it, and how */
  rights: ["An Org Admin of Sigma",
    "The credentials may not read it: use those of an Org Admin, or share it with their owner."],
  rerun: ["Another run", "It failed for a while: run it again. What was read is not asked for twice."],
  gone: ["Nobody, as a rule",
    "It is gone, or was deleted while the run read it. The next run says the same if Sigma lists it still."],
  refused: ["The object's owner, in Sigma",
    "Sigma refuses this one for good: open it there; one that is broken in Sigma can't be read."],
  nothing: ["Nobody", "Another run says the same while Sigma answers this way."],
};

/* As the run found it; of a run that did not say, by the status. */
function remedy(gap) {
  const status = gap.status || 0;
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (gap.remedy === "rights" || gap.remedy === "rerun") return REMEDIES[gap.remedy];
  if (!gap.remedy && (status === 401 || status === 403)) return REMEDIES.rights;
  if (status === 404 || status === 410) return REMEDIES.gone;
  if (isRefused) return REMEDIES.refused;
  return gap.remedy ? REMEDIES.nothing : REMEDIES.rerun;
}

/* The call itself stands beside it. */
function reasonOf(gap) {
  return gap.reason ? gap.reason.replace(/^GET \S+: /, "") : gap.status ? "HTTP " + gap.status : "no answer";
}

function section(name, ...children) {
  const node = document.getElementById(name);
  node.append(...children.flat(Infinity).filter((child) => child));
  node.hidden = false;
}

/* ---- in short ---- */

function verdict(data) {
  const set = data.set;
  if (set.degraded.length)
    return [state("bad", "degraded"), " Too much could not be read of: " + set.degraded.join(", ") +
      ". castor-upload does not send this set."];
  if (set.partial) return [state("bad", "partial"), " Not all assets were asked for. castor-upload does not send it as a whole."];
  if (set.gaps_total === 0)
    return [state("good", "complete"), " Everything that Sigma listed was read" +
      (set.whole_organization ? "." : ", as far as these credentials see: they are not an Org Admin's.")];
  return [state("some", "complete but for gaps"), " " + count(set.gaps_total, "thing", "things") +
    " could not be read" + (!data.gaps ? "; which, is not kept any more." : set.gaps_total === 1 ? ", and is listed below."
    : ", and are listed below.")];
}

function changed(data) {
  if (!data.before) return ["There is no earlier whole set in this directory to compare with."];
  const sum = (i) => data.before.files.reduce((all, row) => all + row[i], 0);
  const [came, went, other] = [sum(3), sum(4), sum(5)];
  return [came + went + other ? number(came) + " came, " + number(went) + " went, " + number(other) + " changed"
    : "Nothing", " since the set of ", time(data.before.at), ". ", data.changes.length ? make("a", { href: "#extracted" }, "By name") : null];
}

function answers(data) {
  const gaps = data.gaps ? data.gaps.filter((gap) => gap.new).length : 0;
  const missing = data.set.gaps_total ? [number(data.set.gaps_total) + " gaps" + (gaps ? ", " + number(gaps) + " of them new" : "") + ". ",
    make("a", { href: "#missing" }, data.gaps ? "Reasons, and who can mend them" : "By kind of call")] : ["Nothing is known to be missing."];
  return make("dl", { class: "answers" },
    [["Is it complete?", verdict(data)], ["What changed?", changed(data)], ["What is missing?", missing],
      ["Where does a number come from?", [make("a", { href: "#lineage" }, "Search its workbook, table or column"), " and walk up."]]]
      .map(([question, answer]) => [make("dt", null, question), make("dd", null, answer)]));
}

/* ---- what was extracted ---- */

function changesByName(data) {
  if (!data.before || !data.changes.length) return null;
  return more(count(data.changes.length, "change", "changes") + " by name" +
    (data.named > data.changes.length ? ", of " + number(data.named) : ""), () =>
    table("What came, went and changed", ["Name", "What", "File", "Last changed by", "Last changed"],
      data.changes.slice(0, 2000).map(([file, what, id, name, by, at]) =>
        [named(name || data.nameOf(id) || "(no name)"), what, file, by ? named(data.nameOf(by)) : "", at ? time(at) : ""])));
}

function extracted(data) {
  const before = new Map(data.before ? data.before.files.map((row) => [row[0], row]) : []);
  const change = (name, i) => before.has(name) ? before.get(name)[i] : "";
  const rows = data.files.map(([name, records, size]) =>
    [name, records, bytes(size), ...(data.before ? [3, 4, 5].map((i) => change(name, i)) : [])]);
  return [table("Files of the set " + data.set.timestamp,
    ["File", "Records", "Size", ...(data.before ? ["Came", "Went", "Changed"] : [])], rows), changesByName(data)];
}

/* ---- how it went ---- */

function went(data) {
  const run = data.run;
  if (!run) return [make("p", null, "The history of this run is not kept in .sigmacat: the newest hundred runs are.")];
  const calls = run.calls || {};
  const figures = [["Result", run.result], ["Began", time(run.began)], ["Ended", time(run.ended)],
    ["Calls", number(calls.total)], ["Refused for speed", number(calls.refused)],
    ["Tried again", number(calls.retries)], ["Waited", seconds(calls.waited_ms)],
    ["Received", typeof calls.received_bytes === "number" ? bytes(calls.received_bytes) : "unknown"],
    ["Answers kept from earlier runs", number(calls.reused)], ["Limit", run.limit || "none was met"]];
  const line = run.timeline;
  const latency = (run.latency || []).filter((row) => row[1]).sort((a, b) => b[1] - a[1]);
  return [make("dl", null, figures.map(([name, value]) => [make("dt", null, name), make("dd", null, value)])),
    line && line.steps.length ? plotCalls(line.step_ms, line.steps) : null,
    latency.length ? plotLatency(latency) : null];
}

/* ---- what is missing ---- */

function groupGaps(gaps) {
  const groups = new Map();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.new, gap.kind, gap.status, gap.code || "", gap.remedy || ""]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(gap);
  }
  return [...groups.values()].sort((a, b) => (a[0].new ? 0 : 1) - (b[0].new ? 0 : 1) || b.length - a.length);
}

/* What could not be read, and the way to what hangs on it. */
function gapObject(gap, data) {
  const node = data.nodeOf(gap.id) || data.nodeOf(String(gap.id).split("/")[0]); /* a page's is WORKBOOK/PAGE */
  const name = named(gap.name || gap.used_by && "a table of " + gap.used_by || data.nameOf(gap.id) ||
    (gap.reason && !gap.call ? "all of them" : "the listing"));
  return node ? make("a", { href: address(node) }, name) : name;
}

function gapGroup(gaps, data) {
  const [first] = gaps;
  const [who, how] = remedy(first);
  const why = first.status >= 400 ? ["HTTP", first.status, first.code].filter((part) => part).join(" ")
    : reasonOf(first);
  const title = count(gaps.length, "gap", "gaps") + " of " + first.kind + ": " + why;
  return make("article", null, make("h3", null, title, " ",
      first.new ? state("bad", "new") : first.new === false ? state("some", "known before") : null),
    make("p", null, make("strong", null, "Who: "), who + ". " + how),
    more("Which", () => table(title, ["Object", "Id", "Why"], gaps.slice(0, 1000).map((gap) =>
      [gapObject(gap, data), gap.id || "", named(reasonOf(gap))]))));
}

function missing(data) {
  const parts = [];
  if (data.set.degraded.length) parts.push(make("p", null, state("bad", "degraded"), " " + data.set.degraded.join(", ")));
  if (!data.set.gaps_total) parts.push(make("p", null, "No gaps: every call for an object was answered."));
  else if (!data.gaps) parts.push(make("p", null, "The history of this run is not kept, so nobody knows any more which these are."),
    table("Gaps by the kind of call, as the summary counts them", ["Kind of call", "Gaps"],
      Object.entries(data.summary.extraction.gaps)));
  else parts.push(...groupGaps(data.gaps).map((gaps) => gapGroup(gaps, data)));
  const lineage = data.run && data.run.lineage_references;
  if (lineage) {
    const words = { tables: "Lead to a table", queries: "Custom SQL" };
    parts.push(table("References in the lineage of data models: how many lead to a table", ["What", "References"],
      Object.entries(lineage).map(([name, many]) => [words[name] || "To none: " + name.replaceAll("_", " "), many])));
  }
  if (data.coverage) parts.push(table("Columns of elements: where they come from", ["What", "Count"],
    data.coverage));
  return parts;
}

/* ---- all of it ---- */

function title(data) {
  const name = data.set.profile || data.set.host;
  document.title = "Sigma metadata: " + name;
  document.getElementById("title").textContent = "Sigma metadata: " + name;
  document.getElementById("subtitle").append("Set " + data.set.timestamp + ", begun ", time(data.set.began),
    ", host " + data.set.host);
  document.getElementById("made").textContent = "Made by sigmacat " + data.set.version +
    " from the files of the set. This page loads nothing and sends nothing.";
}

function route(graph) {
  const node = nodeAt(graph, location.hash);
  if (node) {
    showNode(node);
    return document.getElementById("lineage").scrollIntoView();
  }
  document.getElementById("walk").hidden = true;
  document.getElementById("overview").hidden = false;
  const part = document.getElementById(location.hash.slice(1));
  return part && location.hash.length > 1 ? part.scrollIntoView() : undefined;
}

async function start() {
  const told = document.getElementById("state");
  told.textContent = "Unpacking the data ...";
  try {
    const holder = document.getElementById("data");
    const data = understand(await unpack(holder.textContent));
    holder.remove();
    const graph = new Graph(data);
    data.nodeOf = (id) => ["workbook", "datamodel", "dataset", "connection", "table"]
      .map((kind) => graph.nodes.get(kind + ":" + id)).find((node) => node);
    data.nameOf = (id) => (data.nodeOf(id) || {}).name || graph.members.get(id) || id;
    data.coverage = graph.coverage(data.field_lineage);
    title(data);
    section("answers", answers(data));
    section("extracted", extracted(data));
    section("run", went(data));
    section("missing", missing(data));
    section("lineage");
    document.getElementById("overview").append(...overview(graph).filter((part) => part));
    new Search(graph);
    window.addEventListener("hashchange", () => route(graph));
    told.remove();
    route(graph);
  } catch (error) {
    told.textContent = "This page can't show its data: " + error.message +
      ". It needs a browser of 2023 or later.";
    throw error;
  }
}

start();
