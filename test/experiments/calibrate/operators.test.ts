import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allReduceTimings,
  attentionTimings,
  expertsTimings,
} from "../../../experiments/calibrate/operators/aiconfigurator.ts";
import { fitAllReduce } from "../../../experiments/calibrate/operators/allReduce.ts";
import type { AttentionTiming } from "../../../experiments/calibrate/operators/attention.ts";
import {
  decodeOf,
  fitDecodeAttention,
  fitPrefillAttention,
  peakAttention,
  prefillOf,
} from "../../../experiments/calibrate/operators/attention.ts";
import type { GemmTiming } from "../../../experiments/calibrate/operators/gemm.ts";
import {
  fitGemm,
  layerProducts,
  productOf,
} from "../../../experiments/calibrate/operators/gemm.ts";
import { expertsOf, fitMoe } from "../../../experiments/calibrate/operators/moe.ts";
import { catalogueGpu } from "../../../experiments/calibrate/operators/oneLayer.ts";
import type { CsvRow } from "../../../experiments/csvTable.ts";
import { decodeAttentionTimeS, prefillAttentionTimeS } from "../../../models/attention.ts";
import { allReduces, allReduceTimeS } from "../../../models/collectives.ts";
import { gemmTimeS } from "../../../models/gemm.ts";
import { expertsTimeS } from "../../../models/moe.ts";

const gpu = catalogueGpu("H100-SXM");
const sizes = [1024, 2048, 4096, 8192, 16384];
const counts = [1, 8, 64, 256, 1024, 8192];

const share = fc.double({ min: 0.3, max: 0.95, noNaN: true });
const startUp = fc.double({ min: 1e-6, max: 5e-5, noNaN: true });

/** Two numbers that differ by less than one in a thousand. */
const near = (found: number, truth: number) => Math.abs(found / truth - 1) < 1e-3;

test("a table that the product formula made gives its constants back", () => {
  const truths = fc.record({
    computeEfficiencyRatio: share,
    memoryEfficiencyRatio: share,
    exponent: fc.double({ min: 1.2, max: 4, noNaN: true }),
    startUpS: startUp,
  });
  fc.assert(
    fc.property(truths, (truth) => {
      const timings = sizes.flatMap((inputs) =>
        sizes.flatMap((outputs) => {
          const gemm = productOf(gpu, "bf16", { inputs, outputs });
          const real = {
            ...gemm,
            flopPerS: truth.computeEfficiencyRatio * gemm.flopPerS,
            bytesPerS: truth.memoryEfficiencyRatio * gemm.bytesPerS,
            exponent: truth.exponent,
            startUpS: truth.startUpS,
          };
          return counts.map((tokens) => ({ gemm, tokens, durationS: gemmTimeS(real, tokens) }));
        }),
      );
      const { constants, converged, heldOut } = fitGemm(timings);
      expect(converged).toBe(true);
      expect(near(constants.computeEfficiencyRatio, truth.computeEfficiencyRatio)).toBe(true);
      expect(near(constants.memoryEfficiencyRatio, truth.memoryEfficiencyRatio)).toBe(true);
      expect(near(constants.startUpS, truth.startUpS)).toBe(true);
      expect(heldOut.p90Ratio).toBeLessThan(1e-3);
    }),
    { numRuns: 10 },
  );
});

test("a product that beats the roofline was served from a cache and is left out", () => {
  const gemm = productOf(gpu, "bf16", { inputs: 4096, outputs: 4096 });
  const at = (tokens: number, factor: number): GemmTiming => ({
    gemm,
    tokens,
    durationS: factor * gemmTimeS({ ...gemm, exponent: 1e6 }, tokens),
  });
  const honest = [1, 8, 64, 512, 4096, 8192].map((tokens) => at(tokens, 1.3));
  expect(fitGemm(bothShapes(honest)).inSample.rows).toBe(12);
  expect(fitGemm(bothShapes([...honest, at(1, 0.9)])).inSample.rows).toBe(12);

  function bothShapes(timings: readonly GemmTiming[]): GemmTiming[] {
    const other = productOf(gpu, "bf16", { inputs: 2048, outputs: 8192 });
    return timings.flatMap((timing) => [timing, { ...timing, gemm: other }]);
  }
});

test("a product that is one part of a layer is that of the layer's network", () => {
  const attention = { kind: "grouped", heads: 32, kvHeads: 8, headDim: 128 } as const;
  const mlp = { layers: 1, intermediateSize: 14336, matrices: 3 } as const;
  const products = layerProducts(gpu, { hiddenSize: 4096, attention, mlp }, 2);
  const shapes = [
    [4096, 2048 + 2 * 512],
    [2048, 4096],
    [4096, 14336],
    [7168, 4096],
  ];
  for (const [index, [inputs = 0, outputs = 0]] of shapes.entries()) {
    const { name: _, ...same } = productOf(gpu, "bf16", { inputs, outputs });
    expect(products[index]).toMatchObject(same);
  }
});

const layouts = [
  [32, 8],
  [64, 8],
  [16, 2],
  [8, 1],
  [40, 40],
].map(([heads = 1, kvHeads = 1]) => ({
  heads,
  kvHeads,
  headDim: 128,
  kvCacheDtype: "auto" as const,
}));

test("tables that the attention formulas made give their constants back", () => {
  const truths = fc.record({ compute: share, memory: share, query: share, startUpS: startUp });
  fc.assert(
    fc.property(truths, (truth) => {
      const timings = layouts.flatMap((layer) => {
        const peaks = peakAttention(gpu, layer);
        const rates = {
          flopPerS: truth.compute * peaks.prefill.flopPerS,
          bytesPerS: truth.memory * peaks.prefill.bytesPerS,
        };
        const attention = { ...peaks, prefill: rates, decode: rates };
        const cluster = JSON.stringify(layer);
        return [1, 8, 64].flatMap((seqs) =>
          [64, 1024, 16384].flatMap((tokens): AttentionTiming[] => {
            const prefill = prefillOf({ seqs, tokens, earlierTokens: 0 });
            const decode = decodeOf({ seqs, contextTokens: tokens });
            const queryBytes = 4 * layer.heads * layer.headDim * seqs * tokens;
            const queryS = queryBytes / (truth.query * peaks.prefill.bytesPerS);
            const prefillS = prefillAttentionTimeS(attention, prefill) + queryS;
            const decodeS = decodeAttentionTimeS(attention, decode);
            return [
              { layer, shape: prefill, cluster, durationS: truth.startUpS + prefillS },
              { layer, shape: decode, cluster, durationS: truth.startUpS + decodeS },
            ];
          }),
        );
      });
      const prefills = timings.filter(({ shape }) => shape.prefillSeqs > 0);
      const decodes = timings.filter(({ shape }) => shape.decodeSeqs > 0);
      const decode = fitDecodeAttention(gpu, decodes).constants;
      const prefill = fitPrefillAttention(gpu, prefills, decode.memoryEfficiencyRatio).constants;
      expect(near(decode.memoryEfficiencyRatio, truth.memory)).toBe(true);
      expect(near(decode.startUpS, truth.startUpS)).toBe(true);
      expect(near(prefill.computeEfficiencyRatio, truth.compute)).toBe(true);
    }),
    { numRuns: 10 },
  );
});

test("a table that the expert formula made gives its constants back", () => {
  const truths = fc.record({ compute: share, memory: share, startUpS: startUp });
  const networks = [
    { hiddenSize: 2048, intermediateSize: 768, experts: 128, expertsPerToken: 8 },
    { hiddenSize: 4096, intermediateSize: 14336, experts: 8, expertsPerToken: 2 },
    { hiddenSize: 2880, intermediateSize: 2880, experts: 128, expertsPerToken: 4 },
    { hiddenSize: 7168, intermediateSize: 2048, experts: 256, expertsPerToken: 8 },
  ];
  fc.assert(
    fc.property(truths, (truth) => {
      const timings = networks.flatMap((network) => {
        const experts = expertsOf(gpu, "none", { ...network, tensorParallel: 2 });
        const real = {
          ...experts,
          flopPerS: truth.compute * experts.flopPerS,
          bytesPerS: truth.memory * experts.bytesPerS,
          startUpS: truth.startUpS,
        };
        const cluster = JSON.stringify(network);
        return counts.map((tokens) => {
          const durationS = expertsTimeS(real, tokens);
          return { experts, tokens, balanced: false, cluster, durationS };
        });
      });
      const { constants } = fitMoe(timings, {});
      expect(near(constants.computeEfficiencyRatio, truth.compute)).toBe(true);
      expect(near(constants.memoryEfficiencyRatio, truth.memory)).toBe(true);
      expect(near(constants.startUpS, truth.startUpS)).toBe(true);
      const kept = fitMoe(timings, { startUpS: truth.startUpS, computeMax: truth.compute / 2 });
      expect(kept.constants.startUpS).toBe(truth.startUpS);
      expect(kept.constants.computeEfficiencyRatio).toBe(truth.compute / 2);
    }),
    { numRuns: 10 },
  );
});

test("a table that the all-reduce formula made gives its constants back, each group its own", () => {
  const linkEfficiencies = [
    { gpus: 2, ratio: 0.6 },
    { gpus: 4, ratio: 0.16 },
    { gpus: 8, ratio: 0.05 },
  ];
  const truth = { startUpS: 5e-6, growthPerGpuRatio: 0.6, linkEfficiencies };
  const timings = [2, 4, 8].flatMap((gpus) =>
    [2e3, 2e4, 2e5, 2e6, 2e7, 2e8].map((messageBytes) => {
      const group = { gpu, gpus, count: 1, bytesPerToken: messageBytes, factor: 1 };
      return { gpu, gpus, messageBytes, durationS: allReduceTimeS(allReduces(truth, group), 1) };
    }),
  );
  const { constants } = fitAllReduce(timings);
  expect(near(constants.startUpS, 5e-6)).toBe(true);
  expect(near(constants.growthPerGpuRatio, 0.6)).toBe(true);
  expect(near(constants.linkRatio2, 0.6)).toBe(true);
  expect(near(constants.linkRatio4, 0.16)).toBe(true);
  expect(near(constants.linkRatio8, 0.05)).toBe(true);
});

test("balanced tokens surely meet many experts, which take their time to read", () => {
  const network = { hiddenSize: 2048, intermediateSize: 768, experts: 128, expertsPerToken: 8 };
  const timings = [1, 2, 4].flatMap((tensorParallel) => {
    const experts = expertsOf(gpu, "none", { ...network, tensorParallel });
    const cluster = `${tensorParallel}`;
    return counts.map((tokens) => {
      const durationS = 1.3 * expertsTimeS(experts, tokens) + 1e-5;
      return { experts, tokens, balanced: true, cluster, durationS };
    });
  });
  const [first] = timings;
  if (first === undefined) throw new Error("no timings");
  // In the time of one token's experts: 16 tokens that meet 8 different ones each, from a cache.
  const tooFast = { ...first, tokens: 16, durationS: expertsTimeS(first.experts, 2) };
  const rows = (balanced: boolean) =>
    fitMoe([...timings, { ...tooFast, balanced }], {}).inSample.rows;
  expect(rows(true)).toBe(timings.length);
  expect(rows(false)).toBe(timings.length + 1);
});

const choice = {
  system: "h100_sxm",
  engine: "vllm",
  version: "0.24.0",
  format: "bfloat16",
} as const;
const origin = { system: "h100_sxm", fw: "vllm", version: "0.24.0" };

test("all-reduce messages are counted in elements of two bytes, times in milliseconds", () => {
  const row = (op: string, elements: number): CsvRow => ({
    ...origin,
    op,
    impl: "bfloat16",
    num_gpus: "4",
    message_elems: String(elements),
    ms: "0.5",
  });
  const table = [
    row("all_reduce", 2 ** 20),
    row("all_gather", 2 ** 20),
    row("all_reduce", 128), // less than a token
    row("all_reduce", 2 ** 28), // more than a step
    { ...row("all_reduce", 2 ** 20), version: "0.19.0" },
  ];
  expect(allReduceTimings(table, choice, gpu)).toEqual([
    { gpu, gpus: 4, messageBytes: 2 ** 21, durationS: 5e-4 },
  ]);
});

test("a decode row holds what was decoded before and the prompt, a prefill row the prompt", () => {
  const row = (phase: string, step: number): CsvRow => ({
    ...origin,
    phase,
    batch_size: "4",
    isl: phase === "context" ? "1000" : "1",
    num_heads: "32",
    num_key_value_heads: "8",
    head_dim: "128",
    kv_cache_dtype: "bfloat16",
    step: String(step),
    latency: "0.25",
  });
  const table = [row("context", 0), row("generation", 1023)];
  const [prefill] = attentionTimings(table, choice, "context");
  const [decode] = attentionTimings(table, choice, "generation");
  expect(prefill?.shape).toMatchObject({ prefillTokens: 4000, prefillPairs: 4 * 500500 });
  expect(decode?.shape).toMatchObject({ decodeSeqs: 4, decodeContextTokens: 4096 });
  expect(decode?.durationS).toBe(2.5e-4);
});

test("experts without a gate and slices beyond 8 GPUs are not read as gated ones", () => {
  const row = (intermediate: number, tensorParallel: number): CsvRow => ({
    ...origin,
    moe_dtype: "bfloat16",
    num_tokens: "16",
    hidden_size: "2688",
    inter_size: String(intermediate),
    topk: "6",
    num_experts: "128",
    moe_tp_size: String(tensorParallel),
    distribution: "balanced",
    latency: "0.1",
  });
  const of = { gpu, quantization: "none" } as const;
  const table = [row(1536, 2), row(1856, 2), row(1536, 16)];
  const [only, ...others] = expertsTimings(table, choice, of);
  expect(others).toEqual([]);
  // Three matrices of 2688 x 768 in two bytes.
  expect(only?.experts.weightBytesPerExpert).toBe(3 * 2688 * 768 * 2);
});
