import type { CsvRow } from "../../csvTable.ts";
import { fitDecodeAttention, fitPrefillAttention } from "./attention.ts";
import { fitGemm } from "./gemm.ts";
import { servingAttention, servingGemms } from "./llmServingSim.ts";
import { fitMixedAttention } from "./mixedAttention.ts";
import type { SmallKernelsFound, StartUp } from "./numbers.ts";
import { attentionNumbers, gemmNumbers, layerStartUp, smallKernelsNumber } from "./numbers.ts";
import { catalogueGpu } from "./oneLayer.ts";
import type { OperatorCalibration } from "./operatorCalibration.ts";
import { reportOf } from "./report.ts";
import type { servingSources, vidurSource } from "./tables.ts";
import { vidurGemms } from "./vidur.ts";

/** A GPU whose layers Vidur timed: products and small kernels; attention starts as elsewhere. */
export function fromVidur(
  table: readonly CsvRow[],
  source: typeof vidurSource,
  { attention, small }: { readonly attention: StartUp; readonly small: SmallKernelsFound },
): OperatorCalibration {
  const gpu = catalogueGpu(source.id);
  const timings = vidurGemms(table, { name: source.name, gpu });
  const gemm = reportOf(fitGemm(timings), {
    what: "gemm bf16",
    table: `Vidur layer operators, ${source.name}`,
    timings: timings.length,
  });
  const { startUpS } = gemm.constants;
  const product = { startUpS, gpu: gpu.id };
  return {
    gpu: gpu.id,
    base: source.base,
    numbers: [
      ...gemmNumbers("bf16", gemm, startUpS),
      smallKernelsNumber(gpu.id, small),
      layerStartUp(gpu.id, { product, attention, small }),
    ],
    reports: [gemm, small.report],
  };
}

/** A GPU of which LLMServingSim timed the layers of vLLM, and attention in mixed steps. */
export function fromServingTables(
  tables: { readonly layers: readonly CsvRow[]; readonly attention: readonly CsvRow[] },
  source: (typeof servingSources)[number],
  small: SmallKernelsFound,
): OperatorCalibration {
  const gpu = catalogueGpu(source.id);
  const timings = servingGemms(tables.layers, { name: source.name, gpu });
  const gemm = reportOf(fitGemm(timings), {
    what: "gemm bf16",
    table: `LLMServingSim dense layers, ${source.name}, vLLM`,
    timings: timings.length,
  });
  const steps = servingAttention(tables.attention, source.name);
  const table = `LLMServingSim attention, ${source.name}, vLLM`;
  const decode = reportOf(fitDecodeAttention(gpu, steps.decode), {
    what: "decode attention, bfloat16 cache",
    table,
    timings: steps.decode.length,
  });
  const { memoryEfficiencyRatio, startUpS } = decode.constants;
  const prefill = reportOf(fitPrefillAttention(gpu, steps.prefill, memoryEfficiencyRatio), {
    what: "prefill attention",
    table,
    timings: steps.prefill.length,
  });
  const { computeEfficiencyRatio } = prefill.constants;
  const alone = { computeEfficiencyRatio, memoryEfficiencyRatio, startUpS };
  const mixed = reportOf(fitMixedAttention(gpu, steps.mixed, alone), {
    what: "attention of mixed steps",
    table,
    timings: steps.mixed.length,
  });
  const own = (seconds: number) => ({ startUpS: seconds, gpu: gpu.id });
  const startUp = layerStartUp(gpu.id, {
    product: own(gemm.constants.startUpS),
    attention: own(startUpS),
    small,
  });
  return {
    gpu: gpu.id,
    base: source.base,
    numbers: [
      ...gemmNumbers("bf16", gemm, gemm.constants.startUpS),
      ...attentionNumbers(prefill, decode),
      smallKernelsNumber(gpu.id, small),
      startUp,
    ],
    reports: [gemm, prefill, decode, mixed, small.report],
  };
}
