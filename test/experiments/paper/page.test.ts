import { expect, test } from "vitest";
import { chosenFigures } from "../../../experiments/paper/figures/figures.ts";
import { paperPage } from "../../../experiments/paper/html/page.ts";
import { axisValue, panelsOf } from "../../../experiments/paper/html/panel.ts";
import { evenScale, logScale } from "../../../experiments/paper/html/scale.ts";
import { runPaper } from "../../../experiments/paper/paper.ts";
import { madeUp } from "./points.ts";

test("the page draws every panel, dots over lines, and needs nothing else", async () => {
  const study = await runPaper(chosenFigures("5"));
  const page = paperPage(study);
  expect(page.match(/<svg /g)).toHaveLength(4);
  for (const panel of ["5a", "5b", "5c"]) expect(page).toContain(`<h3>${panel}: gpu energy`);
  const published = study.points.filter(({ published }) => published !== null);
  expect(page.match(/<circle /g)).toHaveLength(published.length);
  expect(page.match(/class="dot s\d fitted"/g)).toHaveLength(
    study.points.filter((point) => point.used_to_fit && point.axis !== null).length,
  );
  expect(page).toContain("out of memory");
  expect(page).toContain("prefers-color-scheme: dark");
  expect(page).not.toMatch(/<script|<link|src=|url\(|https?:/);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  expect(page.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)).toHaveLength(4);
});

test("what a name holds does not become markup", async () => {
  const point = await madeUp(
    { series: '<b>"&', axis: "batch", batch: 1 },
    { simulated: 1, published: 2 },
  );
  const page = paperPage({
    figures: chosenFigures("5a"),
    points: [point],
    gates: [],
    claims: [],
    comparisons: [],
    acceptance: undefined,
  });
  expect(page).toContain("&lt;b&gt;&quot;&amp;");
  expect(page).not.toContain("<b>");
});

test("a curve is drawn over what its sweep varies", async () => {
  const points = await Promise.all(
    (["batch", "input_tokens", "output_tokens"] as const).map((axis) =>
      madeUp({ axis, batch: 2, input_tokens: 3, output_tokens: 5 }, { simulated: 1 }),
    ),
  );
  expect(points.map(axisValue)).toEqual([2, 3, 5]);
  expect(panelsOf(points)).toHaveLength(3);
});

test("scales keep the order and put ticks inside", () => {
  const span = { from: 0, to: 100 };
  const log = logScale([1, 4, 512], span, 2);
  expect(log.place(1)).toBeGreaterThan(0);
  expect(log.place(512)).toBeLessThan(100);
  expect(log.place(4) - log.place(1)).toBeCloseTo(log.place(16) - log.place(4));
  for (const tick of log.ticks) expect(log.place(tick)).toBeGreaterThanOrEqual(0);
  const even = evenScale([-12.4, 6], span);
  expect(even.ticks).toContain(0);
  expect(even.place(even.ticks.at(-1) ?? 0)).toBe(100);
  expect(even.place(even.ticks[0] ?? 0)).toBe(0);
});
