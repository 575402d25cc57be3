import type { CalibrationEntry, FittedOn } from "../../models/calibrationEntry.ts";
import type { Sourced } from "../../models/entry.ts";
import { roundConstants } from "./roundConstants.ts";

export const fitted = (value: number): Sourced => ({ value, kind: "fitted", source: "a fit" });

export const curve = (busy: number, compute: number, memory: number) => ({
  busy_tdp_ratio: fitted(busy),
  compute_tdp_ratio: fitted(compute),
  memory_tdp_ratio: fitted(memory),
});

export const denseArchitecture = "32 layers x 4096, 32/8 heads of 128, MLP 14336";

const anotherDense = "28 layers x 3072, 24/8 heads of 128, MLP 8192";

/** To both metrics of two networks under vLLM, so that one can be left out. */
export const fittedOnDense: readonly FittedOn[] = [denseArchitecture, anotherDense].flatMap(
  (architecture) => [
    { architecture, stack: "vllm", metric: "latency" as const },
    { architecture, stack: "vllm", metric: "power" as const },
  ],
);

/** Round constants, and H100-SXM and H200-SXM with fits of their own over them. */
export function fittedCalibrations(
  h100FittedOn: readonly FittedOn[] = fittedOnDense,
): CalibrationEntry[] {
  return [
    roundConstants,
    {
      id: "h100",
      base: "round",
      gpus: ["H100-SXM"],
      stacks: { vllm: { layer_us: fitted(20), gemm_factor: { bf16: fitted(1.2) } } },
      power: { ...curve(0.25, 0.7, 0.3), moe: { busy_tdp_ratio: fitted(0.2) } },
      fitted_on: h100FittedOn,
    },
    {
      id: "h200",
      base: "round",
      gpus: ["H200-SXM"],
      power: curve(0.35, 0.8, 0.25),
      fitted_on: [{ architecture: denseArchitecture, stack: "vllm", metric: "power" }],
    },
  ];
}
