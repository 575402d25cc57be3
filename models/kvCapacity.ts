import type { Blocks, Bytes, Tokens } from "../sim/units.ts";
import type { BatchLimits } from "./engineDefaults.ts";
import type { GpuSpec } from "./gpu.ts";
import type { LlmSpec } from "./llm.ts";
import type { Precision } from "./precision.ts";
import type { Stack } from "./stacks.ts";
import { kvBytesPerTokenPerGpu, weightBytesPerGpu } from "./weights.ts";

export interface KvCapacityConfig extends BatchLimits {
  readonly gpu: GpuSpec;
  readonly llm: LlmSpec;
  readonly stack: Stack;
  readonly precision: Precision;
  readonly tensorParallel: number;
  readonly dataParallel: number;
  readonly gpuMemoryUtilization: number;
  readonly blockSize: Tokens;
  /** What guesses for the network on the same GPUs; its weights and its KV cache take memory too. */
  readonly draft?: Draft | undefined;
}

interface Draft {
  readonly llm: LlmSpec;
  readonly precision: Precision;
}

/** Where the memory of one GPU goes; the same on each GPU of a replica. */
interface MemoryShares {
  /** What the engine may use: gpu_memory_utilization of the GPU's memory. */
  readonly budgetBytes: Bytes;
  readonly weightBytes: Bytes;
  readonly activationBytes: Bytes;
  readonly nonTorchBytes: Bytes;
}

/** The KV cache of a replica, or how much memory is missing for one block of it. */
export type KvCapacity = MemoryShares &
  (
    | {
        readonly fits: true;
        readonly blocks: Blocks;
        readonly tokens: Tokens;
        /** On one GPU. */
        readonly kvBytes: Bytes;
      }
    | {
        readonly fits: false;
        readonly missingBytes: Bytes;
        /** The smallest tensor_parallel_size of 1, 2, 4, 8, 16 that fits. */
        readonly tensorParallelThatFits: number | undefined;
        readonly message: string;
      }
  );

const groupSizes = [1, 2, 4, 8, 16];

/** blocks = floor((budget - weights - activations - non-torch) / (block size x KV bytes per token)) */
export function kvCapacity(config: KvCapacityConfig): KvCapacity {
  const shares = memoryShares(config);
  const freeBytes = leftForKv(shares);
  const blockBytes = kvBlockBytes(config);
  const blocks = Math.floor(freeBytes / blockBytes);
  if (blocks >= 1) {
    const tokens = blocks * config.blockSize;
    return { ...shares, fits: true, blocks, tokens, kvBytes: blocks * blockBytes };
  }
  const missingBytes = blockBytes - freeBytes;
  const tensorParallelThatFits = groupSizes.find((tensorParallel) => {
    const networks = [config, ...(config.draft === undefined ? [] : [config.draft])];
    if (networks.some(({ llm }) => tensorParallelProblem(llm, tensorParallel))) return false;
    const wider = { ...config, tensorParallel };
    return leftForKv(memoryShares(wider)) >= kvBlockBytes(wider);
  });
  const advice =
    tensorParallelThatFits === undefined
      ? "no tensor_parallel_size up to 16 makes it fit"
      : `tensor_parallel_size ${tensorParallelThatFits} makes it fit`;
  const drafting = config.draft === undefined ? "" : ` with ${config.draft.llm.id}`;
  const message = `${config.llm.id}${drafting} does not fit ${where(config)}: ${gib(missingBytes)} are missing on each GPU; ${advice}`;
  return { ...shares, fits: false, missingBytes, tensorParallelThatFits, message };
}

/** Why a network cannot be divided over so many GPUs; undefined if it can. */
export function tensorParallelProblem(
  { id, attention }: Pick<LlmSpec, "id" | "attention">,
  tensorParallel: number,
): string | undefined {
  const { heads } = attention;
  if (heads % tensorParallel !== 0) {
    return `tensor_parallel_size ${tensorParallel} does not divide the ${heads} attention heads of ${id}`;
  }
  if (attention.kind === "latent") return undefined;
  const { kvHeads } = attention;
  if (kvHeads % tensorParallel === 0 || tensorParallel % kvHeads === 0) return undefined;
  return `tensor_parallel_size ${tensorParallel} neither divides the ${kvHeads} key-value heads of ${id} nor is a multiple of them`;
}

function memoryShares(config: KvCapacityConfig): MemoryShares {
  const { gpu, llm, stack, precision, draft, tensorParallel } = config;
  const division = { tensorParallel, dataParallel: 1 };
  const draftBytes =
    draft === undefined ? 0 : weightBytesPerGpu(draft.llm, draft.precision.weights, division);
  return {
    budgetBytes: config.gpuMemoryUtilization * gpu.memoryBytes,
    weightBytes: weightBytesPerGpu(llm, precision.weights, config) + draftBytes,
    activationBytes: activationBytes(config),
    nonTorchBytes: stack.nonTorchBytes,
  };
}

function leftForKv(shares: MemoryShares): Bytes {
  return shares.budgetBytes - shares.weightBytes - shares.activationBytes - shares.nonTorchBytes;
}

function kvBlockBytes(config: KvCapacityConfig): Bytes {
  return config.blockSize * kvTokenBytes(config);
}

/** Of one token on each GPU, what the draft caches of it included. */
function kvTokenBytes({ llm, precision, tensorParallel, draft }: KvCapacityConfig): Bytes {
  const ownBytes = kvBytesPerTokenPerGpu(llm, precision.kvBytesPerElement, tensorParallel);
  if (draft === undefined) return ownBytes;
  const { kvBytesPerElement } = draft.precision;
  return ownBytes + kvBytesPerTokenPerGpu(draft.llm, kvBytesPerElement, tensorParallel);
}

/**
 * The peak of a step with a full token budget: the widest layer's tensors, or the logits, which are
 * made when those are gone. Every GPU holds the logits of the whole vocabulary.
 */
function activationBytes(config: KvCapacityConfig): Bytes {
  const tokens = config.maxNumBatchedTokens;
  const { layerBytes, logitBytes } = promptTokenBytes(config);
  return (
    tokens * residualBytes(config) +
    Math.max(tokens * layerBytes, tokens * logitBytes + sampledLogitBytes(config))
  );
}

/**
 * Prompt tokens, padding included, that a static batch can hold while it prefills: beside their
 * keys and values stand the widest layer's tensors or, where a stack makes them, all their logits.
 */
export function promptTokensThatFit(config: KvCapacityConfig): Tokens {
  const { budgetBytes, weightBytes, nonTorchBytes } = memoryShares(config);
  const freeBytes = budgetBytes - weightBytes - nonTorchBytes;
  const keptBytes = kvTokenBytes(config) + residualBytes(config);
  const { layerBytes, logitBytes } = promptTokenBytes(config);
  const whileLayer = freeBytes / (keptBytes + layerBytes);
  const whileLogits = (freeBytes - sampledLogitBytes(config)) / (keptBytes + logitBytes);
  return Math.max(0, Math.floor(Math.min(whileLayer, whileLogits)));
}

/** What one token holds throughout the step: its hidden state and the residual. */
function residualBytes({ llm }: KvCapacityConfig): Bytes {
  return 2 * llm.hiddenSize * 2;
}

function promptTokenBytes(config: KvCapacityConfig): {
  readonly layerBytes: Bytes;
  readonly logitBytes: Bytes;
} {
  const { llm, stack } = config;
  return {
    layerBytes: widestLayer(config) * 2,
    logitBytes: llm.vocabSize * stack.promptLogitBytes,
  };
}

function sampledLogitBytes({ llm, stack, maxNumSeqs }: KvCapacityConfig): Bytes {
  return maxNumSeqs * llm.vocabSize * stack.sampledLogitBytes;
}

/** Elements that one token holds at once inside a layer, on one GPU. */
function widestLayer({ llm, tensorParallel }: KvCapacityConfig): number {
  const { mlp, moe, hiddenSize } = llm;
  const dense = mlp === undefined ? 0 : (mlp.matrices * mlp.intermediateSize) / tensorParallel;
  if (moe === undefined) return dense;
  // Each token is copied to its experts and back.
  const expert = (moe.matrices * moe.intermediateSize) / tensorParallel + 2 * hiddenSize;
  return Math.max(dense, moe.expertsPerToken * expert);
}

function where({ gpu, tensorParallel, gpuMemoryUtilization }: KvCapacityConfig): string {
  const gpus = tensorParallel === 1 ? gpu.id : `${tensorParallel} x ${gpu.id}`;
  return `${gpus} at gpu_memory_utilization ${gpuMemoryUtilization}`;
}

function gib(bytes: Bytes): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
