/* Plots in SVG, each with its numbers in a table beside it. */

/* As wide as there is room for, so that a unit is a pixel and the words are as large as others. */
const ROOM = Math.min(document.documentElement.clientWidth - 32, 710);
const WIDTH = Math.max(ROOM - 70, 160);
const HEIGHT = 180;

/* The next round number above `value`: 1, 2 or 5 times a power of ten. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) || 1;
}

function figure(title, picture, heads, rows) {
  return make("figure", null, make("figcaption", null, title), picture,
    more("The numbers", () => table(title, heads, rows)));
}

function axis(top, unit) {
  return [0, 0.5, 1].flatMap((share) => {
    const y = HEIGHT - share * HEIGHT;
    return [draw("line", { class: "grid", x1: 0, x2: WIDTH, y1: y, y2: y }),
      draw("text", { class: "tick", x: -6, y: y + 4, "text-anchor": "end" },
        String(+(share * top).toPrecision(3)) + unit)];
  });
}

function canvas(label, top, unit, marks, below) {
  return draw("svg", { viewBox: `-56 -14 ${WIDTH + 70} ${HEIGHT + 44}`, role: "img", "aria-label": label },
    axis(top, unit), marks,
    below.map(([x, text]) => draw("text",
      { class: "tick", x, y: HEIGHT + 20, "text-anchor": x === WIDTH ? "end" : "middle" }, text)));
}

/* Calls a second over the run, in equal steps: what was answered, above it what was refused, and a
 * line for the pace that was learnt. `steps` are [answered, refused, waited ms, pace in thousandths,
 * 0 where no limit was met]. */
function plotCalls(step, counted) {
  const steps = counted.map(([answered, refused, waited, pace]) => [answered, refused, waited, pace / 1000]);
  const s = step / 1000;
  const top = roundUp(Math.max(...steps.map(([answered, refused, , pace]) =>
    Math.max((answered + refused) / s, pace)), 0.1));
  const wide = WIDTH / steps.length;
  const high = (rate) => rate / top * HEIGHT;
  const bar = (kind, i, from, rate) => draw("rect", {
    class: kind, x: i * wide, width: Math.max(wide - 1, 0.5),
    y: HEIGHT - high(from + rate), height: high(rate),
  });
  const marks = steps.flatMap(([answered, refused], i) =>
    [bar("answered", i, 0, answered / s), bar("refused", i, answered / s, refused / s)]);
  steps.forEach(([, , waited], i) => {
    if (waited > 0) marks.push(draw("rect", { class: "waited", x: i * wide, y: HEIGHT, height: 5,
      width: wide * Math.min(waited / step, 1) }));
  });
  const points = steps.map(([, , , pace], i) => [pace, i]).filter(([pace]) => pace > 0)
    .map(([pace, i]) => `${(i + 0.5) * wide},${HEIGHT - high(pace)}`);
  if (points.length > 1) marks.push(draw("polyline", { class: "pace", points: points.join(" ") }));
  const total = steps.length * step;
  const below = [0, 0.5, 1].map((share) => [share * WIDTH, seconds(share * total)]);
  return figure("Calls a second: answered, refused above that, the pace as a line, and below it when the run waited",
    canvas("Calls a second over the run", top, "/s", marks, below),
    ["From", "Answered", "Refused", "Waited", "Pace, calls a second"],
    steps.map(([answered, refused, waited, pace], i) =>
      [seconds(i * step), answered, refused, seconds(waited), pace ? pace.toFixed(1) : "not limited"]));
}

/* `rows` are [kind, calls, median ms, 95th percentile ms]. */
function plotLatency(rows) {
  const top = roundUp(Math.max(...rows.map((row) => row[3]), 1));
  const wide = Math.max(ROOM - 240, 60);
  const line = 24;
  const marks = rows.flatMap(([kind, , median, high], i) => {
    const y = i * line;
    return [draw("text", { class: "tick", x: -8, y: y + 16, "text-anchor": "end" }, kind),
      draw("rect", { class: "high", x: 0, y: y + 4, height: 16, width: high / top * wide }),
      draw("rect", { class: "median", x: 0, y: y + 4, height: 16, width: median / top * wide }),
      draw("text", { class: "tick", x: high / top * wide + 6, y: y + 16 },
        seconds(median) + " / " + seconds(high))];
  });
  const picture = draw("svg", {
    viewBox: `-130 0 ${wide + 240} ${rows.length * line + 6}`, role: "img",
    "aria-label": "Latency by kind of call",
  }, marks);
  return figure("Time until an answer, by kind of call: median, and what 95 of 100 stayed below", picture,
    ["Kind", "Calls", "Median", "95th percentile"],
    rows.map(([kind, calls, median, high]) => [kind, calls, seconds(median), seconds(high)]));
}
