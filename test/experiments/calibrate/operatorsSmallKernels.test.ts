import fc from "fast-check";
import { expect, test } from "vitest";
import { attentionTimings } from "../../../experiments/calibrate/operators/aiconfigurator.ts";
import {
  decodeOf,
  fitDecodeAttention,
  peakAttention,
} from "../../../experiments/calibrate/operators/attention.ts";
import { servingSmallKernels } from "../../../experiments/calibrate/operators/llmServingSim.ts";
import { smallKernelsNumber } from "../../../experiments/calibrate/operators/numbers.ts";
import { catalogueGpu } from "../../../experiments/calibrate/operators/oneLayer.ts";
import {
  fitSmallKernels,
  smallKernelsOf,
} from "../../../experiments/calibrate/operators/smallKernels.ts";
import { smallKernelsFound } from "../../../experiments/calibrate/operators/smallKernelTables.ts";
import { vidurSmallKernels } from "../../../experiments/calibrate/operators/vidur.ts";
import type { CsvRow } from "../../../experiments/csvTable.ts";
import { decodeAttentionTimeS } from "../../../models/attention.ts";
import { smallKernelsTimeS } from "../../../models/smallKernels.ts";

const gpu = catalogueGpu("H100-SXM");
const counts = [1, 8, 64, 256, 1024, 8192];

const share = fc.double({ min: 0.3, max: 0.95, noNaN: true });
const startUp = fc.double({ min: 1e-6, max: 5e-5, noNaN: true });

/** Two numbers that differ by less than one in a thousand. */
const near = (found: number, truth: number) => Math.abs(found / truth - 1) < 1e-3;

/** Networks with a gate and as many key-value heads as query heads. */
const networks = [
  [2048, 16, 8192],
  [4096, 32, 11008],
  [5120, 40, 13824],
  [8192, 64, 24576],
] as const;

/** Rows of Vidur's table, each as long as the formula says; a norm takes a quarter of it. */
function vidurTable(truth: { readonly share: number; readonly startUpS: number }): CsvRow[] {
  return networks.flatMap(([hiddenSize, heads, width]) =>
    counts.map((tokens) => {
      const attention = { kind: "grouped", heads, kvHeads: heads, headDim: 128 } as const;
      const mlp = { layers: 1, intermediateSize: width, matrices: 3 } as const;
      const { bytesPerToken } = smallKernelsOf(gpu, { hiddenSize, attention, mlp }, 2);
      const bytesPerS = truth.share * gpu.bandwidthBytesPerS;
      const ms = 1e3 * (truth.startUpS + smallKernelsTimeS({ bytesPerToken, bytesPerS }, tokens));
      return {
        gpu: "h100",
        model: `${hiddenSize}`,
        n_head: `${heads}`,
        n_kv_head: `${heads}`,
        n_embd: `${hiddenSize}`,
        n_ff: `${width}`,
        gated: "True",
        num_tokens: `${tokens}`,
        tp: "2",
        input_layernorm_ms: `${ms / 4}`,
        attn_rope_ms: `${ms / 8}`,
        post_attention_layernorm_ms: `${ms / 4}`,
        mlp_act_ms: `${(3 * ms) / 8}`,
        add_ms: "99",
      };
    }),
  );
}

test("a table of layers that the formula made gives the share of bandwidth and the start-up back", () => {
  fc.assert(
    fc.property(share, startUp, (truth, startUpS) => {
      const timings = vidurSmallKernels(vidurTable({ share: truth, startUpS }), {
        name: "h100",
        gpu,
      });
      const { constants, converged, heldOut } = fitSmallKernels(timings);
      expect(converged).toBe(true);
      expect(near(constants.memoryEfficiencyRatio, truth)).toBe(true);
      expect(near(constants.startUpS, startUpS)).toBe(true);
      expect(heldOut).toMatchObject({ rows: networks.length * counts.length });
      expect(heldOut.p90Ratio).toBeLessThan(1e-3);
    }),
    { numRuns: 10 },
  );
});

test("small kernels that beat the bandwidth reach it, and no more", () => {
  const table = vidurTable({ share: 1.3, startUpS: 1e-5 });
  const timings = vidurSmallKernels(table, { name: "h100", gpu });
  const { constants, inSample } = fitSmallKernels(timings);
  expect(constants.memoryEfficiencyRatio).toBe(0.99);
  expect(inSample.rows).toBe(table.length);
});

test("networks without a norm after attention, and other GPUs, are left out", () => {
  const [row = {}, ...rest] = vidurTable({ share: 0.7, startUpS: 1e-5 });
  const table = [
    { ...row, post_attention_layernorm_ms: "" },
    ...rest.map((other, index) => (index === 0 ? { ...other, gpu: "a40" } : other)),
  ];
  expect(vidurSmallKernels(table, { name: "h100", gpu })).toHaveLength(rest.length - 1);
});

test("a layer of vLLM has two norms, and norms of queries and keys are not counted", () => {
  const row = (layer: string, tokens: number, us: number): CsvRow => ({
    gpu: "H100",
    model: "meta-llama/Llama-3.1-8B",
    layer,
    tokens: `${tokens}`,
    time_us: `${us}`,
  });
  const table = [
    row("layernorm", 64, 2),
    row("rotary_emb", 64, 3),
    row("act_fn", 64, 5),
    row("qk_norm", 64, 70),
    row("gate_up_proj", 64, 700),
  ];
  const [only, ...others] = servingSmallKernels(table, { name: "H100", gpu });
  expect(others).toEqual([]);
  expect(only?.tokens).toBe(64);
  expect(only?.durationS).toBeCloseTo(12e-6, 15);
  // A layer of 4096, 32 and 8 heads of 128, an MLP of 14336; all bandwidth.
  expect(only?.kernels).toEqual({
    bytesPerToken: 2 * (8 * 4096 + 2 * 40 * 128 + 3 * 14336),
    bytesPerS: gpu.bandwidthBytesPerS,
  });
});

test("a GPU without a table of its own takes another's share, and says whose", () => {
  const vidur = vidurTable({ share: 0.7, startUpS: 1e-5 });
  const source = { table: "vidur", name: "h100", gpu: "H100-SXM" } as const;
  const found = smallKernelsFound({ vidur, llmServingSim: [] }, source);
  const own = smallKernelsNumber("H100-SXM", found);
  const borrowed = smallKernelsNumber("H200-SXM", found);
  expect(own).toMatchObject({ kind: "fitted", value: expect.closeTo(0.7, 4) });
  expect(own.source).toMatch(/^Vidur layer operators, h100, .*: 24 rows, held-out error/);
  expect(borrowed).toEqual({
    ...own,
    kind: "transferred",
    source: `as on H100-SXM: ${own.source}`,
  });
});

test("decode over a cache in 8 bits is fitted to its own rows, at half the bytes", () => {
  const layouts = [
    [32, 8],
    [64, 8],
    [16, 2],
    [40, 40],
  ] as const;
  const truth = 0.6;
  const origin = { system: "h100_sxm", fw: "vllm", version: "0.24.0" };
  const table = layouts.flatMap(([heads, kvHeads]) =>
    counts.flatMap((seqs) =>
      ["fp8", "bfloat16"].map((format): CsvRow => {
        const bytes = (format === "fp8" ? 1 : 2) * 2 * kvHeads * 128 * seqs * 2048;
        const ratio = format === "fp8" ? truth : 0.9;
        return {
          ...origin,
          phase: "generation",
          batch_size: `${seqs}`,
          isl: "1",
          step: "2047",
          num_heads: `${heads}`,
          num_key_value_heads: `${kvHeads}`,
          head_dim: "128",
          kv_cache_dtype: format,
          latency: `${1e3 * (1e-5 + bytes / (ratio * gpu.bandwidthBytesPerS))}`,
        };
      }),
    ),
  );
  const choice = { system: "h100_sxm", engine: "vllm", version: "0.24.0", format: "fp8" } as const;
  const timings = attentionTimings(table, choice, "generation");
  expect(timings).toHaveLength(table.length / 2);
  const { memoryEfficiencyRatio } = fitDecodeAttention(gpu, timings).constants;
  expect(near(memoryEfficiencyRatio, truth)).toBe(true);
  const layer = { heads: 32, kvHeads: 8, headDim: 128, kvCacheDtype: "fp8" } as const;
  const shape = decodeOf({ seqs: 1, contextTokens: 1000 });
  expect(decodeAttentionTimeS(peakAttention(gpu, layer), shape)).toBe(
    (1000 * 2 * 8 * 128) / gpu.bandwidthBytesPerS,
  );
});
