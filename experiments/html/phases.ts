import { si } from "../report/quantity.ts";
import { figureAt } from "./figures.ts";

const phases = ["prefill", "decode", "idle", "wasted", "transfer"];

/** Where the joules went, as one bar and in words. */
export function phasesHtml(result: unknown): string[] {
  const parts = phases.flatMap((name, index) => {
    const energyJ = figureAt(result, `energy.by_phase_j.${name}`);
    return energyJ === null ? [] : [{ name, index, energyJ }];
  });
  const totalJ = parts.reduce((sum, { energyJ }) => sum + energyJ, 0);
  if (totalJ <= 0) return [];
  const share = (energyJ: number) => `${((100 * energyJ) / totalJ).toFixed(1)} %`;
  const bars = parts.map(
    ({ index, energyJ }) =>
      `<span style="background: var(--s${index}); width: ${((100 * energyJ) / totalJ).toFixed(3)}%"></span>`,
  );
  const keys = parts.map(
    ({ name, index, energyJ }) =>
      `<li><span class="key s${index}"></span>${name}: ${si(energyJ, "J")}, ${share(energyJ)}</li>`,
  );
  return [
    "<h2>Energy by phase</h2>",
    `<div class="stack" aria-hidden="true">${bars.join("")}</div>`,
    `<ul class="legend">${keys.join("")}</ul>`,
  ];
}
