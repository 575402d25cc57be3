/**
 * Points of a sweep or a plan: a picture of two figures with the front of those that none beats in both, one of
 * all varied values and figures side by side, and filters that both and the table obey.
 */
export const pointsScript = `
const points = JSON.parse(document.getElementById("points").textContent);
const { names, more, rows } = points;
const choice = { x: points.x, y: points.y, colour: points.colour };
const numeric = names.map((_, place) => rows.every((row) => row[place] === null || typeof row[place] === "number") &&
  rows.some((row) => row[place] !== null));
const kept = rows.map(() => true);
let chosen = -1;
const known = (row) => row[choice.x] !== null && row[choice.y] !== null;
const words = (value) => value === null ? "null" : typeof value === "number" ? figure(value) : String(value);
const distinct = (place) => [...new Set(rows.map((row) => row[place]))].sort((a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
function scaleOf(place, from, to, asWords) {
  const values = rows.map((row) => row[place]).filter((value) => value !== null);
  if (asWords || !numeric[place]) {
    const all = distinct(place);
    const step = all.length > 1 ? (to - from) / (all.length - 1) : 0;
    return { at: (value) => all.length > 1 ? from + all.indexOf(value) * step : (from + to) / 2, ticks: all };
  }
  const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const isLog = low > 0 && high / low > 20;
  const on = isLog ? Math.log : (value) => value;
  const span = on(high) - on(low) || 1, pad = place === choice.x || place === choice.y ? 0.05 * span : 0;
  const at = (value) => from + (on(value) - on(low) + pad) / (span + 2 * pad) * (to - from);
  let ticks = [];
  if (isLog) {
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      for (const times of [1, 2, 5]) ticks.push(Number((times * 10 ** power).toPrecision(3)));
  } else {
    const width = (high - low) / 5 || 1, power = 10 ** Math.floor(Math.log10(width));
    const step = [1, 2, 5, 10].find((times) => times * power >= width) * power;
    for (let tick = Math.ceil(low / step); tick * step <= high; tick++) ticks.push(Number((tick * step).toPrecision(6)));
  }
  return { at, ticks: ticks.filter((tick) => tick >= low && tick <= high), low, high };
}
const better = (place, a, b) => more[place] ? a > b : a < b;
function front() {
  const order = rows.map((_, index) => index).filter((index) => kept[index] && known(rows[index]));
  order.sort((a, b) => {
    const [p, q] = [rows[a], rows[b]];
    if (p[choice.x] !== q[choice.x]) return better(choice.x, p[choice.x], q[choice.x]) ? -1 : 1;
    return p[choice.y] === q[choice.y] ? a - b : better(choice.y, p[choice.y], q[choice.y]) ? -1 : 1;
  });
  const found = [];
  for (const index of order) {
    const last = found[found.length - 1];
    if (last === undefined || better(choice.y, rows[index][choice.y], rows[last][choice.y])) found.push(index);
  }
  return found;
}
function colours() {
  const place = choice.colour;
  const palette = Array.from({ length: 8 }, (_, index) => colour("--s" + index));
  if (place < 0) return { of: () => palette[0], keys: [] };
  const all = distinct(place);
  if (!numeric[place] || all.length <= 8) {
    return { of: (row) => palette[all.indexOf(row[place]) % 8], keys: all.slice(0, 8).map((value, index) => [palette[index], words(value)]) };
  }
  const { low, high } = scaleOf(place, 0, 1), isLog = low > 0 && high / low > 20;
  const on = isLog ? Math.log : (value) => value;
  const parts = (hex) => { const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join("") : hex.slice(1); return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)); };
  const [cold, warm] = [parts(palette[0]), parts(palette[1])];
  const mixed = (share) => "rgb(" + cold.map((part, at) => Math.round(part + share * (warm[at] - part))).join(",") + ")";
  return { of: (row) => row[place] === null ? colour("--faint") : mixed((on(row[place]) - on(low)) / (on(high) - on(low) || 1)),
    keys: [[mixed(0), figure(low)], [mixed(1), figure(high)]] };
}
function canvasFor(element, height) {
  const canvas = element.querySelector("canvas") ?? element.appendChild(document.createElement("canvas"));
  const width = widthOf(element), ratio = onPaper ? 2 : devicePixelRatio || 1;
  canvas.width = width * ratio; canvas.height = height * ratio;
  canvas.style.width = width + "px"; canvas.style.height = height + "px";
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  return { context, width, height };
}
const scatter = document.getElementById("scatter");
let places = [];
function drawScatter() {
  const { context, width, height } = canvasFor(scatter, 420);
  const box = { left: 76, right: width - 16, top: 14, bottom: height - 46 };
  const x = scaleOf(choice.x, box.left, box.right), y = scaleOf(choice.y, box.bottom, box.top);
  const faint = colour("--faint"), rule = colour("--rule"), ink = colour("--ink");
  context.lineWidth = 1;
  let right = -Infinity;
  for (const tick of x.ticks) {
    const at = x.at(tick), text = words(tick), half = context.measureText(text).width / 2;
    context.strokeStyle = rule; context.beginPath(); context.moveTo(at, box.top); context.lineTo(at, box.bottom); context.stroke();
    if (at - half < right + 8) continue;
    right = at + half;
    context.fillStyle = faint; context.textAlign = "center"; context.fillText(text, at, box.bottom + 17);
  }
  for (const tick of y.ticks) {
    const at = y.at(tick);
    context.strokeStyle = rule; context.beginPath(); context.moveTo(box.left, at); context.lineTo(box.right, at); context.stroke();
    context.fillStyle = faint; context.textAlign = "right"; context.fillText(words(tick), box.left - 8, at + 4);
  }
  context.fillStyle = ink; context.textAlign = "center"; context.fillText(names[choice.x], (box.left + box.right) / 2, height - 8);
  context.save(); context.translate(14, (box.top + box.bottom) / 2); context.rotate(-Math.PI / 2); context.fillText(names[choice.y], 0, 0); context.restore();
  const best = front(), paint = colours();
  places = rows.map((row) => known(row) ? [x.at(row[choice.x]), y.at(row[choice.y])] : null);
  context.strokeStyle = ink; context.lineWidth = 1.5; context.beginPath();
  best.forEach((index, step) => {
    const [px, py] = places[index];
    if (step === 0) context.moveTo(px, py);
    else { context.lineTo(px, places[best[step - 1]][1]); context.lineTo(px, py); }
  });
  context.stroke();
  const radius = rows.length > 2000 ? 2.5 : 4.5;
  const dot = (index, size) => { context.beginPath(); context.arc(...places[index], size, 0, 7); context.fill(); };
  rows.forEach((row, index) => {
    if (!places[index]) return;
    context.globalAlpha = kept[index] ? 0.85 : 0.08;
    context.fillStyle = paint.of(row);
    dot(index, radius);
  });
  context.globalAlpha = 1;
  for (const index of best) { context.lineWidth = 2; context.strokeStyle = ink; context.beginPath(); context.arc(...places[index], radius + 1.5, 0, 7); context.stroke(); }
  if (places[chosen]) { context.fillStyle = colour("--bad"); dot(chosen, radius + 3); }
  const keys = document.getElementById("keys");
  keys.replaceChildren(...paint.keys.map(([fill, text]) => {
    const item = document.createElement("li"), key = document.createElement("span");
    key.className = "key"; key.style.background = fill;
    item.append(key, text);
    return item;
  }));
  document.getElementById("front").textContent = best.length + (best.length === 1 ? " point is" : " points are") + " on the front (ringed): no other is better in both.";
}
const lines = document.getElementById("lines");
function drawLines() {
  if (!lines) return;
  const { context, width, height } = canvasFor(lines, 320);
  const axes = points.lines, box = { left: 56, right: width - 56, top: 40, bottom: height - 14 };
  const at = (place) => box.left + (axes.length > 1 ? place / (axes.length - 1) : 0.5) * (box.right - box.left);
  const scales = axes.map((axis) => scaleOf(axis, box.bottom, box.top, points.given.includes(axis) && distinct(axis).length <= 12));
  const paint = colours();
  const draw = (row) => {
    context.beginPath();
    let isOpen = false;
    axes.forEach((axis, place) => {
      // Of figures what is not known is no place; of varied values null is one.
      if (row[axis] === null && !points.given.includes(axis)) { isOpen = false; return; }
      const to = [at(place), scales[place].at(row[axis])];
      if (isOpen) context.lineTo(...to); else context.moveTo(...to);
      isOpen = true;
    });
    context.stroke();
  };
  context.lineWidth = 1;
  const alpha = Math.max(0.08, Math.min(0.7, 60 / rows.length));
  rows.forEach((row, index) => { context.globalAlpha = kept[index] ? alpha : 0.015; context.strokeStyle = paint.of(row); draw(row); });
  context.globalAlpha = 1;
  if (chosen >= 0) { context.strokeStyle = colour("--bad"); context.lineWidth = 3; draw(rows[chosen]); }
  context.lineWidth = 1;
  axes.forEach((axis, place) => {
    context.strokeStyle = colour("--faint"); context.beginPath(); context.moveTo(at(place), box.top); context.lineTo(at(place), box.bottom); context.stroke();
    context.fillStyle = colour("--ink"); context.textAlign = place === 0 ? "left" : place === axes.length - 1 ? "right" : "center";
    // Every second name stands in a row: it has room up to the next but one.
    const room = Math.max(60, 2 * (at(1) - at(0)) - 12), parts = names[axis].split(".");
    let name = parts.slice(-2).join(".");
    if (context.measureText(name).width > room) name = parts[parts.length - 1];
    while (context.measureText(name).width > room) name = name.slice(0, -2) + "…";
    const outward = place === 0 ? -40 : place === axes.length - 1 ? 50 : 0;
    context.fillText(name, at(place) + outward, place % 2 ? 28 : 12);
    context.strokeStyle = colour("--paper"); context.lineWidth = 4; context.lineJoin = "round";
    context.fillStyle = colour("--faint"); context.textAlign = place === axes.length - 1 ? "right" : "left";
    const beside = place === axes.length - 1 ? -6 : 6;
    const { ticks } = scales[place], stride = Math.ceil(ticks.length / 8);
    ticks.forEach((tick, index) => { if (index % stride !== 0) return;
      const spot = [words(tick), at(place) + beside, scales[place].at(tick) + 4];
      context.strokeText(...spot); context.fillText(...spot);
    });
    context.lineWidth = 1;
  });
}
const told = document.getElementById("told");
const tableRows = [...document.querySelectorAll("[data-point]")];
const rowOf = new Map(tableRows.map((row) => [Number(row.dataset.point), row]));
function choose(index) {
  if (index === chosen) return;
  rowOf.get(chosen)?.classList.remove("chosen");
  chosen = index;
  rowOf.get(chosen)?.classList.add("chosen");
  told.textContent = rows[chosen] ? [...points.given, choice.x, choice.y].map((place) => names[place] + " " + words(rows[chosen][place])).join(" · ") : points.hint;
  draw();
}
let waiting = 0;
function draw() { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => { drawScatter(); drawLines(); }); }
scatter.addEventListener("pointermove", ({ offsetX, offsetY }) => {
  let nearest = -1, reach = 24 ** 2;
  places.forEach((place, index) => {
    if (!place || !kept[index]) return;
    const distance = (place[0] - offsetX) ** 2 + (place[1] - offsetY) ** 2;
    if (distance < reach) { reach = distance; nearest = index; }
  });
  choose(nearest);
});
scatter.addEventListener("pointerleave", () => choose(-1));
scatter.addEventListener("keydown", (event) => {
  if (!plainKey(event)) return;
  const order = rows.map((_, index) => index).filter((index) => places[index] && kept[index]).sort((a, b) => places[a][0] - places[b][0] || a - b);
  const best = front().sort((a, b) => places[a][0] - places[b][0]);
  const step = (list, by) => list[Math.min(list.length - 1, Math.max(0, list.indexOf(chosen) + by))] ?? -1;
  if (event.key === "ArrowRight") choose(step(order, 1));
  else if (event.key === "ArrowLeft") choose(step(order, -1));
  else if (event.key === "ArrowUp") choose(step(best, 1));
  else if (event.key === "ArrowDown") choose(step(best, -1));
  else if (event.key === "Escape") choose(-1);
  else return;
  event.preventDefault();
});
for (const row of tableRows) {
  row.addEventListener("pointerenter", () => choose(Number(row.dataset.point)));
  row.addEventListener("pointerleave", () => choose(-1));
}
for (const select of document.querySelectorAll("[data-axis]")) {
  select.addEventListener("change", () => { choice[select.dataset.axis] = Number(select.value); draw(); });
}
const filters = [...document.querySelectorAll("[data-filter]")];
for (const select of filters) {
  const place = Number(select.dataset.filter);
  for (const value of distinct(place)) select.append(new Option(words(value), JSON.stringify(value)));
  select.addEventListener("change", () => {
    const wanted = filters.filter(({ value }) => value !== "").map((one) => [Number(one.dataset.filter), JSON.parse(one.value)]);
    rows.forEach((row, index) => {
      kept[index] = wanted.every(([at, value]) => row[at] === value);
      const shown = rowOf.get(index);
      if (shown) shown.hidden = !kept[index];
    });
    draw();
  });
}
told.textContent = points.hint;
repaints.push(() => { drawScatter(); drawLines(); });
drawScatter();
drawLines();`;
