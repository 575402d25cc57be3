import type { Tokens } from "../sim/units.ts";
import { acceptanceRatioOf } from "./acceptance.ts";
import type { DraftMethod, DraftWorkload, MeasuredAcceptance } from "./acceptanceEntry.ts";
import { acceptanceFromEntry } from "./acceptanceEntry.ts";
import { acceptanceEntries } from "./catalogue/acceptance.generated.ts";

/** How often drafts are accepted, and whose were measured. */
export interface KnownAcceptance {
  /** Chance of each drafted token if those before it were accepted. */
  readonly acceptanceRatio: number;
  readonly pair: string;
  readonly source: string;
}

/**
 * What was published for such work and such drafts, of whatever pair: for another it is transferred.
 * undefined where nothing is known.
 */
export function acceptanceOf(
  workload: DraftWorkload,
  { method, draftTokens }: { readonly method: DraftMethod; readonly draftTokens: Tokens },
): KnownAcceptance | undefined {
  const known = catalogueAcceptances().find(
    (entry) => entry.workload === workload && entry.method === method,
  );
  if (known === undefined) return undefined;
  const { pair, source } = known;
  return { acceptanceRatio: ratioAt(known, draftTokens), pair, source };
}

export function catalogueAcceptances(): MeasuredAcceptance[] {
  return acceptanceEntries.map((entry) =>
    acceptanceFromEntry(entry, `models/catalogue/acceptance.yaml: ${entry.id}`),
  );
}

/** Later tokens are accepted less often, so that the ratio is that of the nearest number of drafts. */
function ratioAt({ acceptanceRatio, meanTokens }: MeasuredAcceptance, draftTokens: Tokens): number {
  if (acceptanceRatio !== undefined) return acceptanceRatio;
  const nearest = meanTokens.reduce((best, row) =>
    Math.abs(row.draft_tokens - draftTokens) < Math.abs(best.draft_tokens - draftTokens)
      ? row
      : best,
  );
  return acceptanceRatioOf(nearest.tokens, nearest.draft_tokens);
}
