import { stringify } from "yaml";
import { calibrationChain } from "../models/calibrationCatalogue.ts";
import type { Sourced } from "../models/entry.ts";
import { evidenceOfGpu } from "../models/evidence.ts";
import { type GpuEntry, gpuFromEntry } from "../models/gpu.ts";
import { gpuEntryById, gpuIds } from "../models/gpuCatalogue.ts";
import { llmFromConfig } from "../models/huggingFace.ts";
import type { LlmSpec } from "../models/llm.ts";
import { llmEntryById, llmIds } from "../models/llmCatalogue.ts";
import { stackEntryById, stackIds } from "../models/stackCatalogue.ts";
import { kvBytesPerToken, weightBytes } from "../models/weights.ts";
import type { LengthSummary } from "../workloads/dataset.ts";
import { datasetById, datasetIds } from "../workloads/datasets.ts";
import { UserError } from "./errors.ts";
import { shownBesides } from "./scenario/gpuSchema.ts";
import { isPath } from "./scenario/isPath.ts";
import { readLlm } from "./scenario/llmFile.ts";
import { suggestion } from "./suggestion.ts";

/** One line of a catalogue: columns by name, in order; numbers in the unit that the name says. */
export type Row = Readonly<Record<string, string | number | null>>;

/** What `list` shows, by the word that the user gives. */
export const catalogues = {
  gpus: () => rowsOf(gpuIds(), gpuEntryById, gpuRow),
  llms: () => rowsOf(llmIds(), llmEntryById, llmRow),
  workloads: () => rowsOf(datasetIds(), datasetById, datasetRow),
  stacks: () => rowsOf(stackIds(), stackEntryById, stackRow),
  schedulers: (): Row[] => [
    {
      id: "chunked_prefill",
      source: "vLLM v1",
      what: "prompts are computed in chunks beside the decodes, within a token budget",
    },
    {
      id: "continuous",
      source: "vLLM v0",
      what: "a step is all prefill, of whole prompts and first, or all decode",
    },
    {
      id: "orca",
      source: "Orca, OSDI 2022",
      what: "whole prompts join the step of those who decode",
    },
    {
      id: "static",
      source: "Transformers generate",
      what: "an idle replica takes a whole batch, pads it and runs it to its end",
    },
  ],
  routers: (): Row[] => [
    { id: "least_loaded", what: "the replica with the fewest requests, waiting and running" },
    { id: "round_robin", what: "one replica after the other" },
    { id: "random", what: "any, each as likely" },
    { id: "power_of_two", what: "of two that are drawn, the one with fewer requests" },
    {
      id: "prefix_aware",
      what: "the one that was sent the longest prefix of the prompt, unless loads lie far apart; needs prompts that share",
    },
    { id: "session", what: "all turns of a conversation on one; needs workload.sessions" },
  ],
} as const satisfies Record<string, () => Row[]>;

export type CatalogueName = keyof typeof catalogues;

/**
 * One entry whole, with the source of every number; `id` of an llm may be a path to a config.json.
 * @throws UserError where there is none.
 */
export function entryOf(kind: "gpu" | "llm", id: string): unknown {
  const entry = kind === "gpu" ? shownGpu(id) : shownLlm(id);
  if (entry !== undefined) return entry;
  const names = kind === "gpu" ? gpuIds() : llmIds();
  const message = `the catalogue has no ${kind} "${id}"${suggestion(id, names)}`;
  throw new UserError({ message, hint: `it has: tokenwatt list ${kind}s` });
}

/** As YAML, which is what the catalogue's own files are. */
export function entryText(entry: unknown): string {
  return stringify(entry, { lineWidth: 0, aliasDuplicateObjects: false });
}

function rowsOf<Entry>(
  ids: readonly string[],
  byId: (id: string) => Entry | undefined,
  row: (entry: Entry) => Row,
): Row[] {
  return ids.map(byId).flatMap((entry) => (entry === undefined ? [] : [row(entry)]));
}

function gpuRow(entry: GpuEntry): Row {
  const { latency, power } = evidenceOfGpu(gpuFromEntry(entry, entry.id));
  return {
    id: entry.id,
    memory_gib: entry.memory_usable_gib.value,
    bandwidth_gb_per_s: entry.memory_bandwidth_gb_per_s.value,
    dense_tflop_per_s:
      (entry.peak_dense_tflop_per_s.bf16 ?? entry.peak_dense_tflop_per_s.fp16)?.value ?? null,
    tdp_w: entry.tdp_w.value,
    idle_w: entry.idle_context_held_w.value,
    latency: latency.basis,
    power: power.basis,
    source: entry.tdp_w.source,
  };
}

function llmRow({ id, config, source }: NonNullable<ReturnType<typeof llmEntryById>>): Row {
  const llm = llmFromConfig(id, config);
  const { quantization, dtype } = llm.checkpoint;
  return {
    id,
    parameters_b: rounded(llm.parameters.total / 1e9),
    active_b: rounded(llm.parameters.activePerToken / 1e9),
    weights_gib: rounded(weightBytes(llm, quantization) / 2 ** 30),
    kv_kib_per_token: rounded(kvBytesPerToken(llm, 2) / 1024),
    max_context: llm.maxPositionEmbeddings,
    checkpoint: quantization === "none" ? dtype : quantization,
    source,
  };
}

function datasetRow({ id, summary, basis, source }: NonNullable<ReturnType<typeof datasetById>>) {
  return {
    id,
    requests: summary.requests,
    rate_rps: roundedIfAny(summary.rate_rps),
    cv: roundedIfAny(summary.cv),
    ...lengthColumns("input", summary.input_tokens),
    ...lengthColumns("output", summary.output_tokens),
    correlation: roundedIfAny(summary.correlation),
    basis,
    source: source.trim(),
  };
}

function lengthColumns(side: string, { mean, p50, p99 }: LengthSummary) {
  return {
    [`${side}_mean`]: rounded(mean),
    [`${side}_p50`]: rounded(p50),
    [`${side}_p99`]: rounded(p99),
  };
}

function stackRow(entry: NonNullable<ReturnType<typeof stackEntryById>>): Row {
  const value = (number: Sourced | null) => number?.value ?? null;
  return {
    id: entry.id,
    scheduler: entry.scheduler,
    launch: entry.launch,
    host_per_step_us: value(entry.host_per_step_us),
    host_per_sequence_us: value(entry.host_per_sequence_us),
    front_end_ms: value(entry.front_end_ms),
    latency: entry.host_per_step_us.kind,
    source: entry.host_per_step_us.source,
  };
}

function shownGpu(id: string): unknown {
  const entry = gpuEntryById(id);
  if (entry === undefined) return undefined;
  const chain = calibrationChain(gpuFromEntry(entry, id));
  return { ...entry, [shownBesides]: chain.toReversed() };
}

function shownLlm(id: string): unknown {
  if (isPath(id)) return shownLlmFile(id);
  const entry = llmEntryById(id);
  if (entry === undefined) return undefined;
  return { ...entry, derived: derivedOf(llmFromConfig(entry.id, entry.config)) };
}

function shownLlmFile(path: string): unknown {
  const { config, hfQuantConfig } = readLlm(path, { folder: ".", fault: {} });
  const beside = hfQuantConfig === undefined ? {} : { hf_quant_config: hfQuantConfig };
  try {
    const derived = derivedOf(llmFromConfig(path, config, hfQuantConfig));
    return { id: path, config, ...beside, derived };
  } catch (error) {
    if (!(error instanceof Error) || error.message.startsWith("invariant broken")) throw error;
    throw new UserError({ message: error.message });
  }
}

function derivedOf(llm: LlmSpec) {
  return {
    parameters: llm.parameters,
    checkpoint: llm.checkpoint,
    weight_bytes: weightBytes(llm, llm.checkpoint.quantization),
    kv_bytes_per_token: kvBytesPerToken(llm, 2),
  };
}

function roundedIfAny(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

/** Four digits, which is what a list needs. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
