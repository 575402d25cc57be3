import { writeFileSync } from "node:fs";
import { command } from "./command.ts";

/** A plan file's beginning: 300 requests that come in 8 s. */
export const base = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 40 }
    lengths: { input: { kind: fixed, tokens: 256 }, output: { kind: exponential, mean: 60 } }
    num_requests: 300
`;
export const choices = `choices:
  cluster.gpu: [H100-SXM, L40S, A10]
  engine.max_num_seqs: [4, 64]
`;
export const slo = "slo: { ttft_ms: 400, tpot_ms: 60 }\n";

export interface Choice {
  readonly index: number;
  readonly verdict: string;
  readonly why: string;
  readonly runs: number;
  readonly gpus: number;
  readonly replicas: number;
  readonly rate: { readonly value: number; readonly failed: number; readonly unit: string };
  readonly objective: { readonly value: number; readonly interval_80: [number, number] } | null;
  readonly power: { readonly rack_peak_w: number };
}

/** Writes plan.yaml into the working folder and asks for its JSON. */
export async function planned(text: string, ...words: string[]) {
  writeFileSync("plan.yaml", text);
  const { code, out, err } = await command(
    ...["plan", "plan.yaml", "--jobs", "1", "--json", "-"],
    ...words,
  );
  return { code, err, plan: JSON.parse(out) };
}

/** In the order of the file. */
export function byIndex(plan: { readonly choices: readonly Choice[] }): readonly Choice[] {
  return plan.choices.toSorted((a, b) => a.index - b.index);
}
