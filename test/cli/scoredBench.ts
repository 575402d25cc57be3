import { readFileSync, writeFileSync } from "node:fs";
import { command } from "./command.ts";

/** What score --json says. */
export interface Scored {
  readonly figures: readonly {
    readonly metric: string;
    readonly measured: number;
    readonly predicted: number;
    readonly error_ratio: number;
  }[];
  readonly power: { readonly gpus: readonly string[]; readonly coverage_ratio: number };
  readonly notes: readonly string[];
  readonly bench: { readonly same_requests: boolean };
  readonly gates_missed: number;
}

export function figure({ figures }: Scored, metric: string): Scored["figures"][number] | undefined {
  return figures.find((found) => found.metric === metric);
}

/** Scores small.yaml against bench.json, both in a test's folder. */
export function scoredBench(at: (name: string) => string) {
  const score = (...words: readonly string[]) =>
    command("score", "small.yaml", "--bench", "bench.json", ...words);
  return {
    score,
    bench: () => JSON.parse(readFileSync(at("bench.json"), "utf8")),
    put: (name: string, text: string) => writeFileSync(at(name), text),
    scored: async (...words: readonly string[]): Promise<Scored> =>
      JSON.parse((await score(...words, "--json", "-")).out),
  };
}
