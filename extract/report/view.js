/* Small pieces of the page. Text is always set as text: no name becomes markup. */

function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {}))
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/* A name of Sigma's: what it does to the direction of writing ends with it. */
function named(text) {
  return make("bdi", null, String(text));
}

const numbers = new Intl.NumberFormat("en");

function number(value) {
  return typeof value === "number" ? numbers.format(value) : "unknown";
}

function count(value, one, many) {
  return number(value) + " " + (value === 1 ? one : many);
}

function bytes(value) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let i = 0;
  for (; value >= 1000 && i + 1 < units.length; i++) value /= 1000;
  return (i && value < 100 ? value.toFixed(1) : number(Math.round(value))) + "\u00a0" + units[i]; /* figure and unit stay on one line */
}

function seconds(ms) {
  if (typeof ms !== "number") return "unknown";
  if (ms < 1000) return Math.round(ms) + " ms";
  if (ms < 120000) return (ms / 1000).toFixed(1) + " s";
  return Math.floor(ms / 60000) + " min " + Math.round(ms % 60000 / 1000) + " s";
}

/* Where the reader is; the exact time is in the tooltip. */
function time(iso) {
  const at = new Date(iso);
  if (!iso || isNaN(at)) return "unknown";
  return make("time", { datetime: at.toISOString(), title: at.toISOString() },
    at.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }));
}

/* `rows` are lists of cells: text, a number, or a node. The first cell heads its row. */
function table(caption, heads, rows, attributes) {
  const cell = (value, i) => make(i ? "td" : "th",
    { scope: i ? null : "row", class: typeof value === "number" ? "number" : null },
    typeof value === "number" ? number(value) : value);
  const body = rows.length ? rows : [["none", ...heads.slice(1).map(() => "")]];
  return make("div", { class: rows.length > 30 ? "scroll long" : "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", attributes, make("caption", null, caption),
      make("thead", null, make("tr", null, heads.map((head, i) => make("th",
        { scope: "col", class: rows.length && typeof rows[0][i] === "number" ? "number" : null }, head)))),
      make("tbody", null, body.map((row) => make("tr", null, row.map(cell))))));
}

/* A part that is closed at first. Its inside is made when it is opened, or printed. */
function more(title, inside, isOpen) {
  const details = make("details", { open: Boolean(isOpen) }, make("summary", null, title));
  const once = () => {
    if (details.childElementCount === 1) details.append(...[inside()].flat());
  };
  details.addEventListener("toggle", once);
  if (isOpen) once();
  window.addEventListener("beforeprint", () => {
    once();
    details.open = true; /* or paper would have the title alone */
  });
  return details;
}

/* A state is a word, and a colour beside it. */
function state(kind, word) {
  return make("strong", { class: "state " + kind }, word);
}

/* ---- CSV ---- RFC 4180; what a spreadsheet would take for a formula gets an apostrophe. */

function csv(rows) {
  const field = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  return rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

/* A button that copies; where the browser does not let it, the text is shown to be copied. */
function copyButton(label, text) {
  const told = make("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      told.textContent = " Copied.";
    } catch {
      const area = make("textarea", { rows: "6", "aria-label": label, readonly: true });
      area.value = text();
      told.replaceChildren(area);
      area.select();
    }
  };
  return make("span", { class: "copy" }, make("button", { type: "button", click: copy }, label), told);
}
