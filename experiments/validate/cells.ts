import type { Regime } from "../measured/regimes.ts";

/** A share in per cent, with one digit. */
export function percent(ratio: number | undefined): number | null {
  return ratio === undefined ? null : Number((100 * ratio).toFixed(1));
}

export function regimeText(regime: Regime): string {
  return regime.replaceAll("_", " ");
}

export function networkText({ isMoe }: { readonly isMoe: boolean }): string {
  return isMoe ? "MoE" : "dense";
}
