// Draws the tables of figures that are marked with data-plot: of each row the time and
// the value of the last cell. The table stays for those who do not see the drawing. When
// a table is replaced, its drawing follows.
import uPlot from "./uplot.js";

const height = 190;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800]; // of the axis of time, in s
const drawings = new Map(); // by figure

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// points reads a table. Each point is a step that lasts until the next one begins.
function points(table) {
  const times = [];
  const values = [];
  for (const row of table.tBodies[0]?.rows ?? []) {
    const time = row.querySelector("time");
    const cell = row.cells[row.cells.length - 1];
    times.push(new Date(time.dateTime).getTime() / 1000);
    values.push(Number(cell.dataset.value ?? cell.textContent.replace(/[^0-9.-]/g, "")));
  }
  if (times.length > 0) {
    const width = times.length > 1 ? times[1] - times[0] : 1;
    times.push(times.at(-1) + width);
    values.push(values.at(-1));
  }
  return [times, values];
}

// ticks writes the times of the axis as finely as they lie.
function ticks(_, splits, __, ___, step) {
  const style = step >= 86400 ? { dateStyle: "short" } : step >= 60 ? { timeStyle: "short" } : { timeStyle: "medium" };
  const format = new Intl.DateTimeFormat(undefined, style);
  return splits.map((t) => format.format(new Date(t * 1000)));
}

function options(figure, width) {
  const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") } };
  const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return {
    width,
    height,
    padding: [10, 34, 0, 0],
    cursor: { y: false },
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
    axes: [
      { ...axis, values: ticks, space: 90, incrs: steps },
      { ...axis, size: 74, values: (_, splits) => splits.map((n) => n.toLocaleString()) },
    ],
    series: [
      { label: "At", value: (_, t) => (t == null ? "–" : clock.format(new Date(t * 1000))) },
      {
        label: figure.dataset.plot,
        stroke: css("--accent"),
        fill: css("--accent-soft"),
        width: 2,
        points: { show: false },
        paths: uPlot.paths.stepped({ align: 1 }),
        value: (_, n) => (n == null ? "–" : n.toLocaleString()),
      },
    ],
  };
}

// draw draws the table of a figure as it is now.
function draw(figure) {
  const table = figure.querySelector("table:not(.u-legend)");
  const data = points(table);
  const none = figure.querySelector("[data-none]");
  if (none) none.hidden = data[0].length > 0;
  let drawing = drawings.get(figure);
  if (data[0].length === 0) return;
  if (drawing) {
    drawing.setData(data);
    return;
  }
  const place = document.createElement("div");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `${figure.dataset.plot} over time, as a plot. The table has the numbers.`);
  figure.prepend(place);
  drawing = new uPlot(options(figure, figure.clientWidth), data, place);
  drawings.set(figure, drawing);
  sizes.observe(figure);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const drawing = drawings.get(target);
    if (drawing && drawing.width !== target.clientWidth) drawing.setSize({ width: target.clientWidth, height });
  }
});

// again draws all anew: the colours have changed.
function again() {
  for (const [figure, drawing] of [...drawings]) { // a copy: each is added again
    drawing.root.parentElement.remove();
    drawing.destroy();
    drawings.delete(figure);
    draw(figure);
  }
}

for (const figure of document.querySelectorAll("figure[data-plot]")) draw(figure);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
document.addEventListener("replaced", (e) => {
  const figure = e.target.closest("figure[data-plot]") ?? e.target.querySelector("figure[data-plot]");
  if (figure) draw(figure);
});
