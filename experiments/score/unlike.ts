import type { Result } from "../report/result.ts";
import type { MeasuredBench } from "./measuredBench.ts";

/** Such a share of its tokens more or less makes it another workload. */
const alikeRatio = 0.02;

/** In what the simulation is not of what was measured. */
export function unlike(bench: MeasuredBench, result: Result): string[] {
  const isReplay = bench.workload !== undefined;
  const where = isReplay ? "the simulation" : "the scenario's workload";
  const sizes: [string, number | undefined, number][] = [
    ["requests", bench.requests, result.requests.completed],
    ["input tokens", bench.inputTokens, result.tokens.input],
    ["output tokens", bench.outputTokens, result.tokens.output],
  ];
  const apart = sizes.flatMap(([what, measured, simulated]) =>
    measured === undefined || Math.abs(simulated - measured) <= alikeRatio * measured
      ? []
      : [`the benchmark has ${Math.round(measured)} ${what}, ${where} has ${simulated}`],
  );
  const unrecorded =
    `${bench.file} tells of no single request: those of the scenario were simulated ` +
    "(vllm bench serve --save-detailed records them)";
  return [
    ...apart,
    ...(isReplay ? [] : [unrecorded]),
    ...(bench.failed > 0 ? [`${bench.failed} requests of the benchmark failed`] : []),
    ...otherDeployment(bench, result),
  ];
}

function otherDeployment({ llm, meteredGpus }: MeasuredBench, result: Result): string[] {
  const ours = result.scenario.llm;
  const simulated = gpusOf(result);
  const isOther =
    llm !== undefined && !baseName(llm).startsWith(baseName(ours).replace(/\.json$/, ""));
  return [
    ...(isOther ? [`the benchmark is of ${llm}, the scenario of ${ours}`] : []),
    ...(meteredGpus === undefined || meteredGpus === simulated
      ? []
      : [`the benchmark metered ${meteredGpus} GPUs, the scenario has ${simulated}`]),
  ];
}

function baseName(llm: string): string {
  return (llm.split("/").at(-1) ?? llm).toLowerCase();
}

export function gpusOf({ power }: Result): number {
  const { gpu_mean_w: all, per_gpu_mean_w: each } = power;
  return all === null || each === null || each === 0 ? 1 : Math.round(all / each);
}
