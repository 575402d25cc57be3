import { attentionOf } from "./huggingFace/attention.ts";
import { checkpointOf } from "./huggingFace/checkpoint.ts";
import { type Family, families } from "./huggingFace/families.ts";
import { type Fields, fieldsOf, textFields } from "./huggingFace/fields.ts";
import { mlpsOf } from "./huggingFace/mlp.ts";
import { refuseUnmodelled } from "./huggingFace/refusals.ts";
import { slidingWindowOf } from "./huggingFace/slidingWindow.ts";
import type { LlmSpec } from "./llm.ts";
import { nearestName } from "./nearestName.ts";
import { parameterCounts, type WeightTraits } from "./parameters.ts";

/**
 * The network that a parsed Hugging Face config.json describes; of a multimodal one the text part.
 * `hfQuantConfig` is the parsed hf_quant_config.json that ModelOpt writes beside it. Layers for
 * multi-token prediction stay out. Throws an Error "<id>: <field>: ..." where a field is missing,
 * of a wrong type, or describes something that is not modelled.
 */
export function llmFromConfig(id: string, config: unknown, hfQuantConfig?: unknown): LlmSpec {
  const given = textFields(id, config, outsideText);
  refuseUnmodelled(given);
  const family = familyOf(given);
  const fields = given.over(family.defaults);
  const missing = family.required.find((name) => !fields.given(name));
  if (missing !== undefined) throw fields.error(missing, "missing, but this model_type needs it");
  const shape = {
    hiddenSize: fields.count("hidden_size"),
    layers: fields.count("num_hidden_layers"),
    vocabSize: fields.count("vocab_size"),
    attention: attentionOf(fields, family),
    ...mlpsOf(fields, family),
  };
  const beside = hfQuantConfig === undefined ? undefined : fieldsOf(id, hfQuantConfig);
  return {
    id,
    ...shape,
    maxPositionEmbeddings: fields.count("max_position_embeddings"),
    slidingWindow: slidingWindowOf(fields, family),
    parameters: parameterCounts(shape, traitsOf(fields, family)),
    checkpoint: checkpointOf(fields, beside, shape),
  };
}

/** What multimodal configs may say beside text_config and mean for the text part too. */
const outsideText = ["dtype", "torch_dtype", "tie_word_embeddings", "quantization_config"];

function familyOf(fields: Fields): Family {
  const modelType = fields.word("model_type");
  if (modelType === undefined) throw fields.error("model_type", "missing, expected a string");
  const family = families.get(modelType);
  if (family !== undefined) return family;
  const nearest = nearestName(modelType, [...families.keys()]);
  const hint = nearest === undefined ? "" : `; the nearest that is: "${nearest}"`;
  throw fields.error("model_type", `"${modelType}" is not modelled${hint}`);
}

function traitsOf(fields: Fields, family: Family): WeightTraits {
  const biased = fields.flag("attention_bias") ?? fields.flag("qkv_bias") ?? family.biasByDefault;
  return {
    ...family,
    tiedEmbeddings: fields.flag("tie_word_embeddings") ?? false,
    queryKeyNorm: fields.flag("use_qk_norm") === false ? "none" : family.queryKeyNorm,
    attentionBias: biased ? family.biased : "none",
    mlpBias: fields.flag("mlp_bias") ?? family.mlpBias,
    sharedExpertGate: family.sharedExpert === "gated",
  };
}
