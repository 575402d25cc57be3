import { choice, isMapping, plainNumber, positive, type Section, section, text } from "./entry.ts";

/** Who drafts: a smaller network, or a head on the target's hidden states. */
export const draftMethods = ["draft", "eagle"] as const;
export type DraftMethod = (typeof draftMethods)[number];

export const draftWorkloads = ["chat", "code", "math", "summarization", "translation"] as const;
export type DraftWorkload = (typeof draftWorkloads)[number];

/** An item of models/catalogue/acceptance.yaml: how often one pair's drafts were accepted. */
export interface AcceptanceEntry {
  readonly id: string;
  readonly method: string;
  readonly workload: string;
  /** Target and draft that were measured. */
  readonly pair: string;
  /** Chance of each drafted token; null where mean tokens of a step are published instead. */
  readonly acceptance_ratio: number | null;
  readonly mean_tokens: readonly MeanTokens[] | null;
  readonly kind: string;
  readonly source: string;
}

interface MeanTokens {
  readonly draft_tokens: number;
  /** Of a step, the target's own included. */
  readonly tokens: number;
}

/** The same, read. */
export interface MeasuredAcceptance {
  readonly method: DraftMethod;
  readonly workload: DraftWorkload;
  readonly pair: string;
  readonly acceptanceRatio: number | undefined;
  readonly meanTokens: readonly MeanTokens[];
  readonly source: string;
}

const keys = [
  "id",
  "method",
  "workload",
  "pair",
  "acceptance_ratio",
  "mean_tokens",
  "kind",
  "source",
] satisfies readonly (keyof AcceptanceEntry)[];

/** Reads a parsed entry strictly. `path` is how errors name it. */
export function acceptanceFromEntry(entry: unknown, path: string): MeasuredAcceptance {
  const file = section(entry, path, keys);
  choice(file, "kind", ["measured"]);
  const acceptanceRatio =
    file.values["acceptance_ratio"] === null
      ? undefined
      : plainNumber(file, "acceptance_ratio", { min: 0, max: 1 });
  const meanTokens = meanTokensOf(file);
  if ((acceptanceRatio === undefined) === (meanTokens.length === 0)) {
    throw new Error(`${path}: expected one of acceptance_ratio and mean_tokens, the other null`);
  }
  return {
    method: choice(file, "method", draftMethods),
    workload: choice(file, "workload", draftWorkloads),
    pair: text(file, "pair"),
    acceptanceRatio,
    meanTokens,
    source: text(file, "source"),
  };
}

function meanTokensOf({ path, values }: Section): MeanTokens[] {
  const rows = values["mean_tokens"];
  if (rows === null) return [];
  if (!Array.isArray(rows) || !rows.every(isMapping)) {
    throw new Error(`${path}: mean_tokens: expected null or a list of mappings`);
  }
  return rows.map((row) => {
    const read = section(row, `${path}: mean_tokens`, ["draft_tokens", "tokens"]);
    const draftTokens = plainNumber(read, "draft_tokens", positive);
    const tokens = plainNumber(read, "tokens", { min: 1, max: draftTokens + 1 });
    return { draft_tokens: draftTokens, tokens };
  });
}
