import type { Mlp, Moe } from "../llm.ts";
import type { Family } from "./families.ts";
import type { Fields } from "./fields.ts";

const expertNames = ["num_local_experts", "num_experts", "n_routed_experts"] as const;
const expertsPerTokenNames = [
  "num_experts_per_tok",
  "num_experts_per_token",
  "experts_per_token",
] as const;
const sharedWidthNames = [
  "shared_expert_intermediate_size",
  "share_expert_dim",
  "shared_intermediate_size",
] as const;

interface Mlps {
  readonly mlp: Mlp | undefined;
  readonly moe: Moe | undefined;
}

export function mlpsOf(fields: Fields, family: Family): Mlps {
  const matrices = family.mlpMatrices;
  const layers = fields.count("num_hidden_layers");
  const experts = expertsOf(fields, family);
  const expertLayers = experts === undefined ? 0 : countExpertLayers(fields, layers);
  const denseLayers = layers - expertLayers;
  return {
    mlp:
      denseLayers > 0
        ? { layers: denseLayers, intermediateSize: denseWidth(fields), matrices }
        : undefined,
    moe: experts && expertLayers > 0 ? { layers: expertLayers, ...experts, matrices } : undefined,
  };
}

function expertsOf(fields: Fields, family: Family): Omit<Moe, "layers" | "matrices"> | undefined {
  const name = expertNames.find((candidate) => fields.says(candidate));
  if (!family.experts) {
    if (name === undefined) return undefined;
    throw fields.error(name, "experts are not modelled for this model_type");
  }
  const experts = theOne(fields, expertNames);
  const expertsPerToken = theOne(fields, expertsPerTokenNames);
  if (expertsPerToken > experts) {
    const complaint = `expected at most ${experts} experts, found ${expertsPerToken}`;
    throw fields.error(expertsPerTokenNames[0], complaint);
  }
  return {
    experts,
    expertsPerToken,
    intermediateSize: expertWidth(fields),
    sharedIntermediateSize: family.sharedExpert === "none" ? noShared(fields) : shared(fields),
  };
}

/** A count that goes by several names: where more than one is given, they have to agree. */
function theOne(fields: Fields, names: readonly [string, ...string[]]): number {
  const [first = names[0], ...others] = names.filter((name) => fields.says(name));
  const value = fields.count(first);
  for (const other of others) {
    if (fields.count(other) === value) continue;
    throw fields.error(other, `${fields.count(other)} contradicts ${first} ${value}`);
  }
  return value;
}

function expertWidth(fields: Fields): number {
  return fields.count(
    fields.given("moe_intermediate_size") ? "moe_intermediate_size" : "intermediate_size",
  );
}

function denseWidth(fields: Fields): number {
  return fields.count(
    fields.given("intermediate_size_mlp") ? "intermediate_size_mlp" : "intermediate_size",
  );
}

/** Several shared experts count as one, as wide as all of them: serving engines fuse them. */
function shared(fields: Fields): number {
  const name = sharedWidthNames.find((candidate) => fields.says(candidate));
  if (name !== undefined) return fields.count(name);
  return (fields.optionalCount("n_shared_experts") ?? 1) * expertWidth(fields);
}

function noShared(fields: Fields): 0 {
  const name = [...sharedWidthNames, "n_shared_experts"].find((candidate) =>
    fields.says(candidate),
  );
  if (name === undefined) return 0;
  throw fields.error(name, "a shared expert is not modelled for this model_type");
}

/** A layer has experts unless one of the fields that place dense layers says otherwise. */
function countExpertLayers(fields: Fields, layers: number): number {
  const types = fields.list("mlp_layer_types");
  if (types !== undefined) return types.filter((type) => type === "sparse").length;
  const firstDense = fields.optionalCount("first_k_dense_replace") ?? 0;
  const everyFrom0 = fields.optionalCount("moe_layer_freq") || 1;
  const everyFrom1 = fields.optionalCount("decoder_sparse_step") || 1;
  const interleave = fields.optionalCount("interleave_moe_layer_step") || 1;
  const dense = fields.list("mlp_only_layers") ?? [];
  const named = fields.list("moe_layers");
  const hasExperts = (layer: number): boolean =>
    layer >= firstDense &&
    layer % everyFrom0 === 0 &&
    (layer + 1) % everyFrom1 === 0 &&
    (layer + 1) % interleave === 0 &&
    !dense.includes(layer) &&
    (named === undefined || named.includes(layer));
  return Array.from({ length: layers }, (_, layer) => layer).filter(hasExperts).length;
}
