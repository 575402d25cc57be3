/** Draws the series of a page: dragging zooms all charts, as do +, -, the arrows and 0. */
export const seriesScript = `
const series = JSON.parse(document.getElementById("series").textContent);
const times = Array.from({ length: series.gpuW.length }, (_, place) => place * series.periodS);
const first = 0, last = times[times.length - 1];
const charts = [];
const readings = [];
const height = 180;
function axis(more) {
  const rule = { stroke: () => colour("--rule"), width: 1 };
  return Object.assign({ stroke: () => colour("--faint"), grid: rule, ticks: rule,
    font: "12px system-ui, sans-serif", size: 32 }, more);
}
function zoom(min, max) {
  const span = Math.max(max - min, 2 * series.periodS);
  min = Math.max(first, min); max = Math.min(last, min + span);
  if (max > min) for (const chart of charts) chart.setScale("x", { min, max });
}
function point(by) {
  const [{ cursor, scales }] = charts;
  const { min, max } = scales.x;
  const low = Math.ceil(min / series.periodS), high = Math.floor(max / series.periodS);
  const from = cursor.idx ?? Math.round((low + high) / 2);
  const place = Math.min(high, Math.max(low, from + by));
  const left = charts[0].valToPos(times[place], "x");
  charts[0].setCursor({ left, top: charts[0].bbox.height / devicePixelRatio / 2 });
}
function turn(key, isFine) {
  const { min, max } = charts[0].scales.x, span = max - min, middle = (min + max) / 2;
  if (key === "+" || key === "=") zoom(middle - span / 4, middle + span / 4);
  else if (key === "-") zoom(middle - span, middle + span);
  else if (key === "ArrowLeft" && isFine) point(-1);
  else if (key === "ArrowRight" && isFine) point(1);
  else if (key === "ArrowLeft") { const by = Math.min(span / 4, min - first); zoom(min - by, max - by); }
  else if (key === "ArrowRight") { const by = Math.min(span / 4, last - max); zoom(min + by, max + by); }
  else if (key === "0" || key === "Escape") zoom(first, last);
  else return false;
  return true;
}
function read() {
  const place = charts[0].cursor.idx;
  for (const { element, values, unit } of readings) {
    element.textContent = place === null || place === undefined ? "" :
      figure(values[place]) + " " + unit + " at " + figure(times[place]) + " s";
  }
}
for (const element of document.querySelectorAll("[data-series]")) {
  const { series: name, unit, colour: line } = element.dataset;
  const values = series[name];
  const isLast = element.dataset.last === "yes";
  readings.push({ element: element.previousElementSibling.querySelector("output"), values, unit });
  const chart = new uPlot({
    width: widthOf(element), height: height + (isLast ? 20 : 0),
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.05 : 1] } },
    axes: [axis(isLast ? { label: "seconds since the first arrival", labelSize: 20, labelFont: "12px system-ui, sans-serif" } : {}), axis({ size: 64 })],
    cursor: { sync: { key: "run" }, drag: { x: true, y: false }, points: { size: 7 } },
    hooks: {
      setCursor: [read],
      // For those who ask the page what it shows.
      setScale: [({ scales }, key) => { if (key === "x") element.dataset.span = scales.x.max - scales.x.min; }],
    },
    series: [{}, { stroke: () => colour(line), width: 1.25, points: { show: false } }],
  }, [times, values], element);
  charts.push(chart);
  repaints.push(() => {
    chart.setSize({ width: widthOf(element), height: chart.height });
    chart.redraw(false, true);
  });
  element.addEventListener("keydown", (event) => {
    if (plainKey(event) && turn(event.key, event.shiftKey)) event.preventDefault();
  });
}
document.getElementById("whole").addEventListener("click", () => zoom(first, last));`;
