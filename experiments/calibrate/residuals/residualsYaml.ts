import type { ResidualEntry } from "../../../models/uncertainty.ts";

/** The catalogue's residuals.yaml. The same entries give the same bytes. */
export function residualsYaml(entries: readonly ResidualEntry[]): string {
  const blocks = entries.map(
    ({ id, quantity, network, class: errorClass, rows, groups, kind, source, ...ratios }) => [
      `- id: ${id}`,
      `  quantity: ${quantity}`,
      `  network: ${network}`,
      `  class: ${errorClass}`,
      `  rows: ${rows}`,
      `  groups: ${groups}`,
      `  low_ratio: ${ratios.low_ratio}`,
      `  high_ratio: ${ratios.high_ratio}`,
      `  coverage_ratio: ${ratios.coverage_ratio}`,
      `  kind: ${kind}`,
      `  source: ${JSON.stringify(source)}`,
    ],
  );
  return [...header, ...blocks.flat(), ""].join("\n");
}

const header = [
  "# Written by calibrate: rerun it rather than edit this.",
  "# Quantiles of measured / predicted of held-out rows: 80 % lie between low_ratio and high_ratio.",
];
