import type { ScenarioSpec } from "./spec.ts";

/** As how many sequences a request decodes, and the key that says so. */
export function sequencesAsked({ sampling }: ScenarioSpec["engine"]): {
  readonly key: string;
  readonly width: number;
} {
  return sampling.beams === undefined
    ? { key: "sampling.n", width: sampling.outputs }
    : { key: "sampling.beam_width", width: sampling.beams };
}
