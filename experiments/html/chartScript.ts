/** Draws the series of a page: dragging zooms all charts, as do +, -, the arrows and 0. */
export const chartScript = `(() => {
"use strict";
const node = document.getElementById("series");
const data = JSON.parse(node.textContent);
const colour = (name) => () =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const first = data.timeS[0], last = data.timeS[data.timeS.length - 1];
const charts = [];
const axis = (more) => Object.assign({ stroke: colour("--faint"),
  grid: { stroke: colour("--rule"), width: 1 }, ticks: { stroke: colour("--rule"), width: 1 } }, more);
const widthOf = (element) => Math.max(200, element.clientWidth);
function zoom(min, max) {
  const span = Math.max(max - min, 2 * data.periodS);
  min = Math.max(first, min); max = Math.min(last, min + span);
  if (max > min) for (const chart of charts) chart.setScale("x", { min, max });
}
function turn(key) {
  const { min, max } = charts[0].scales.x, span = max - min, middle = (min + max) / 2;
  if (key === "+" || key === "=") zoom(middle - span / 4, middle + span / 4);
  else if (key === "-") zoom(middle - span, middle + span);
  else if (key === "ArrowLeft") { const by = Math.min(span / 4, min - first); zoom(min - by, max - by); }
  else if (key === "ArrowRight") { const by = Math.min(span / 4, last - max); zoom(min + by, max + by); }
  else if (key === "0" || key === "Escape") zoom(first, last);
  else return false;
  return true;
}
for (const element of document.querySelectorAll("[data-series]")) {
  const { series, name, unit, colour: line } = element.dataset;
  charts.push(new uPlot({
    width: widthOf(element), height: 220,
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.05 : 1] } },
    axes: [axis({ label: "seconds since the first arrival" }), axis({ label: unit, size: 64 })],
    cursor: { sync: { key: "run" }, drag: { x: true, y: false } },
    series: [{ label: "s" }, { label: name, stroke: colour(line), width: 1.5, points: { show: false } }],
  }, [data.timeS, data[series]], element));
  element.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && turn(event.key)) event.preventDefault();
  });
}
document.getElementById("whole").addEventListener("click", () => zoom(first, last));
const redraw = () => { for (const chart of charts) chart.redraw(false, true); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia("print").addEventListener("change", redraw);
addEventListener("resize", () => {
  for (const chart of charts) chart.setSize({ width: widthOf(chart.root.parentElement), height: 220 });
});
})();`;
