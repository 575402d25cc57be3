/**
 * The share of layers in which `patterns` keep `module` (as "self_attn.q_proj") unquantised.
 * Checkpoints list module names, globs, and regular expressions marked "re:"; a name stands for all
 * that lies below it, whatever precedes "layers".
 */
export function excludedRatio(
  patterns: readonly unknown[],
  module: string,
  layers: number,
): number {
  const excluded = new Set<number>();
  for (const pattern of patterns) {
    if (typeof pattern !== "string" || !matcher(pattern).test(`model.layers.0.${module}`)) continue;
    const layer = /(?:^|\.)layers\.(\d+)/.exec(pattern)?.[1];
    if (layer === undefined) return 1;
    if (Number(layer) < layers) excluded.add(Number(layer));
  }
  return excluded.size / layers;
}

function matcher(pattern: string): RegExp {
  if (pattern.startsWith("re:")) return new RegExp(`^(?:${pattern.slice("re:".length)})`);
  const anyLayer = pattern.replace(/^.*(?=\blayers\.)/, "").replace(/^layers\.\d+/, "layers.0");
  const source = anyLayer.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`(?:^|\\.)${source}(?:\\.|$)`);
}
