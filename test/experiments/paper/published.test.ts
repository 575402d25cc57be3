import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { scaleGpus, scaleRuns } from "../../../experiments/calibrate/endToEnd/selection.ts";
import { csvTable, textIn } from "../../../experiments/csvTable.ts";
import { paperRuns } from "../../../experiments/measured/readers/paperFigures.ts";
import type { Cell } from "../../../experiments/paper/cell.ts";
import { paperFigures } from "../../../experiments/paper/figures/figures.ts";

const targets = new URL("../../../../shared/data/paper/targets.csv", import.meta.url).pathname;
const isHere = existsSync(targets);
const cells = paperFigures.flatMap((figure) => figure.cells());

/** The words of a row or of a cell that tell it from all others; a number where a text begins with one. */
const numbers = ["n_gpus_tp", "batch", "input_tokens", "output_tokens"] as const;
const texts = ["model", "gpu", "framework", "workload", "metric", "unit"] as const;

function nameOf(figure: string, text: (key: string) => string): string {
  const leading = (key: string) => Number.parseInt(text(key), 10) || "";
  return [figure, ...texts.map(text), ...numbers.map(leading)].join("|");
}

function nameOfCell(cell: Cell): string {
  const words = new Map(Object.entries(cell));
  return nameOf(cell.figure, (key) => String(words.get(key) ?? ""));
}

/** "Fig 5a", "3.4 / Fig 5" and "Table 4" as points name them. */
function figureOf(place: string): string {
  return place.replace(/^.*Fig /, "").replace(/^Table /, "T");
}

const ownFigures = new Set(cells.map(({ figure }) => figure));
/** What follows from rows above it, or from another source. */
const isDerived = /_per_token$|^implied_/;

test.skipIf(!isHere)(
  "every published point of these figures is held beside a cell, as published",
  () => {
    const byName = new Map(cells.map((cell) => [nameOfCell(cell), cell]));
    const rows = csvTable(targets).filter(
      (row) =>
        ownFigures.has(figureOf(textIn(row, "table_or_fig"))) &&
        !isDerived.test(textIn(row, "metric")),
    );
    expect(rows.length).toBeGreaterThan(100);
    const wrong = rows.flatMap((row) => {
      const name = nameOf(figureOf(textIn(row, "table_or_fig")), (key) => textIn(row, key));
      const published = byName.get(name)?.published?.value;
      return published === Number(textIn(row, "value")) ? [] : [{ name, published }];
    });
    expect(wrong).toEqual([]);
  },
);

test.skipIf(!isHere)("the points that are marked as fitted are those that calibrate takes", () => {
  const { runs } = paperRuns(targets);
  const taken = scaleGpus.flatMap((gpu) =>
    scaleRuns(runs, gpu).map(
      ({ paper, id }) => `${paper?.figure} ${paper?.framework} ${id.replace(/.*\/b/, "")}`,
    ),
  );
  const marked = cells
    .filter(({ usedToFit, metric }) => usedToFit && metric === "gpu_energy")
    .map(({ figure, framework, batch }) => `${figure} ${framework} ${batch}`);
  expect(marked.sort()).toEqual(taken.sort());
});

test("no two cells have the same words", () => {
  const names = cells.map(nameOfCell);
  expect(names.length - new Set(names).size).toBe(0);
});

test("a figure's grid is whole, also where nothing was published", () => {
  const grid = (figure: string) => cells.filter((cell) => cell.figure === figure);
  const frameworks = new Set(grid("5a").map(({ framework }) => framework));
  expect(frameworks.size).toBe(4);
  for (const panel of ["5a", "5b", "5c"]) {
    for (const framework of frameworks) {
      const batches = grid(panel).filter((cell) => cell.framework === framework);
      expect(batches.map(({ batch }) => batch)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    }
  }
  for (const panel of ["2a", "2b"]) expect(grid(panel)).toHaveLength(4 * 16);
  expect(grid("2c")).toHaveLength(4 * 12);
});
