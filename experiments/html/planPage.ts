import { stringify } from "yaml";
import { escaped } from "../paper/html/escaped.ts";
import { digits } from "../report/quantity.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { copyScript } from "./client/copy.ts";
import { pointsScript } from "./client/points.ts";
import { scriptHtml } from "./client/script.ts";
import { sortingScript } from "./client/sorting.ts";
import { type Box, boxesHtml, figureAt, figureText } from "./figures.ts";
import { pageHtml } from "./page.ts";
import { type Points, pointsData, pointsHtml } from "./pointsHtml.ts";
import { reportStyle } from "./reportStyle.ts";
import { sortableTable, type TableCell } from "./sortableTable.ts";
import { copyableHtml, listAt, notesHtml, textAt } from "./texts.ts";

/** A plan as a page: the best, the front, and why each other choice lost; `plan` is what `--json` writes. */
export function planPage(plan: unknown): string {
  const choices = blocks(memberOf(plan, "choices"));
  const kept = choices.filter((choice) => figureAt(choice, "objective.value") !== null);
  const lost = choices.filter((choice) => figureAt(choice, "objective.value") === null);
  const points = kept.length === 0 ? undefined : pointsOf(plan, kept);
  const best = memberOf(plan, "scenario");
  const name = textAt(plan, "plan") ?? "a plan";
  const hint = "Point at a dot, or choose with the arrow keys, to read it here.";
  return pageHtml({
    title: `${name}: a plan by tokenwatt`,
    styles: [reportStyle],
    body: [
      `<h1>${escaped(name)}</h1>`,
      `<p class="faint">${escaped(question(plan))} · ${choices.length} choices, ${kept.length} keep it · ` +
        `tokenwatt ${escaped(textAt(plan, "tokenwatt_version") ?? "–")}</p>`,
      boxesHtml(answer(plan, kept[0])),
      ...notesHtml("Before trusting it", listAt(plan, "notes")),
      ...(points === undefined
        ? ["<h2>No choice keeps the slo</h2>"]
        : [
            "<h2>Those that keep the slo</h2>",
            ...pointsHtml(points),
            sortableTable({
              label: "Choices that keep the slo",
              names: [...points.names, "why not"],
              rows: points.rows.map((row, index) => [...row, textAt(kept[index], "why") ?? null]),
              points: true,
            }),
          ]),
      ...(lost.length === 0 ? [] : ["<h2>Those that lost, and why</h2>", lostTable(lost)]),
      ...(best === null || best === undefined
        ? []
        : [
            "<h2>The best, as a scenario</h2>",
            copyableHtml("scenario", "Scenario", stringify(best)),
          ]),
    ],
    scripts: [
      ...(points === undefined ? [] : [pointsData(points, hint)]),
      scriptHtml([copyScript, sortingScript, ...(points === undefined ? [] : [pointsScript])]),
    ],
  });
}

function question(plan: unknown): string {
  const slo = memberOf(plan, "slo");
  const limits = ["ttft_ms", "tpot_ms", "e2e_ms"].flatMap((key) => {
    const limit = figureAt(slo, key);
    return limit === null ? [] : [`${key.replace("_ms", "").toUpperCase()} ${limit} ms`];
  });
  const kept =
    limits.length === 0 ? "no slo" : `${textAt(slo, "percentile")} of ${limits.join(", ")}`;
  const budgetW = figureAt(plan, "power_budget_w");
  const budget = budgetW === null ? "" : `, ${figureText(budgetW)} W at most`;
  return `Least ${textAt(plan, "objective")} within ${kept}${budget}`;
}

function answer(plan: unknown, best: unknown): Box[] {
  if (best === undefined || memberOf(plan, "best") === null) return [];
  const value = figureAt(best, "objective.value");
  const low = figureAt(best, "objective.interval_80.0");
  const high = figureAt(best, "objective.interval_80.1");
  const range = low === null || high === null ? "" : `80 %: ${digits(low)} to ${digits(high)}`;
  const plain = (name: string, path: string, unit = ""): Box => ({
    name,
    figure: figureText(figureAt(best, path)),
    unit,
    note: "",
  });
  const percentile = textAt(memberOf(plan, "slo"), "percentile") ?? "p99";
  return [
    { name: "Best", figure: valuesText(best), unit: "", note: "" },
    { name: "Objective", figure: digits(value), unit: textAt(plan, "unit") ?? "", note: range },
    plain("GPUs", "gpus"),
    plain("Replicas", "replicas"),
    plain(`E2E ${percentile}`, `latency.e2e_ms.${percentile}`, "ms"),
  ];
}

function valuesText(choice: unknown): string {
  return pathsOf(choice)
    .map((path) => String(valueAt(choice, path) ?? "null"))
    .join(", ");
}

function pointsOf(plan: unknown, kept: readonly unknown[]): Points {
  const paths = pathsOf(kept[0]);
  const percentile = textAt(memberOf(plan, "slo"), "percentile") ?? "p99";
  const figures = [
    { name: textAt(plan, "unit") ?? "objective", path: "objective.value" },
    { name: "J per output token", path: "energy.per_output_token_j" },
    { name: `E2E ${percentile} ms`, path: `latency.e2e_ms.${percentile}` },
    { name: `TTFT ${percentile} ms`, path: `latency.ttft_ms.${percentile}` },
    { name: `TPOT ${percentile} ms`, path: `latency.tpot_ms.${percentile}` },
    { name: "GPUs", path: "gpus" },
    { name: "replicas", path: "replicas" },
    { name: "rate", path: "rate.value" },
    { name: "rack peak W", path: "power.rack_peak_w" },
  ].filter(({ path }) => kept.some((choice) => figureAt(choice, path) !== null));
  const names = ["verdict", ...paths, ...figures.map(({ name }) => name)];
  const rows = kept.map((choice): TableCell[] => [
    textAt(choice, "verdict") ?? null,
    ...paths.map((path) => valueAt(choice, path)),
    ...figures.map(({ path }) => figureAt(choice, path)),
  ]);
  const given = [0, ...paths.map((_, place) => place + 1)];
  const at = (path: string) =>
    given.length +
    Math.max(
      0,
      figures.findIndex((figure) => figure.path === path),
    );
  return {
    names,
    more: names.map((name) => name === "rate"),
    rows,
    given,
    figures: figures.map((_, place) => given.length + place),
    x: at(`latency.e2e_ms.${percentile}`),
    y: at("energy.per_output_token_j"),
    colour: 0,
    lines: [],
  };
}

function lostTable(lost: readonly unknown[]): string {
  const paths = pathsOf(lost[0]);
  return sortableTable({
    label: "Choices that lost",
    names: ["verdict", ...paths, "why"],
    rows: lost.map((choice) => [
      textAt(choice, "verdict") ?? null,
      ...paths.map((path) => valueAt(choice, path)),
      textAt(choice, "why") ?? null,
    ]),
  });
}

function pathsOf(choice: unknown): string[] {
  const values = memberOf(choice, "values");
  return typeof values === "object" && values !== null ? Object.keys(values) : [];
}

function valueAt(choice: unknown, path: string): TableCell {
  const value = memberOf(memberOf(choice, "values"), path);
  if (value === null || value === undefined) return null;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

function blocks(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
