import type { GroupedAttention, LatentAttention } from "../llm.ts";
import type { Family } from "./families.ts";
import type { Fields } from "./fields.ts";

export function attentionOf(fields: Fields, family: Family): GroupedAttention | LatentAttention {
  if (family.latentAttention) return latentAttention(fields);
  if (fields.says("kv_lora_rank")) {
    throw fields.error("kv_lora_rank", "latent attention is not modelled for this model_type");
  }
  return groupedAttention(fields);
}

function groupedAttention(fields: Fields): GroupedAttention {
  const heads = fields.count("num_attention_heads");
  const kvHeads = fields.given("num_key_value_heads") ? fields.count("num_key_value_heads") : heads;
  if (heads % kvHeads !== 0) {
    throw fields.error("num_key_value_heads", `expected a divisor of ${heads}, found ${kvHeads}`);
  }
  const headDim = fields.given("head_dim") ? fields.count("head_dim") : evenHeadDim(fields, heads);
  const valueHeadDim = fields.optionalCount("v_head_dim") ?? headDim;
  if (valueHeadDim !== headDim) {
    throw fields.error("v_head_dim", `${valueHeadDim} beside head_dim ${headDim} is not modelled`);
  }
  return { kind: "grouped", heads, kvHeads, headDim };
}

function evenHeadDim(fields: Fields, heads: number): number {
  const hiddenSize = fields.count("hidden_size");
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  const complaint = `missing, and hidden_size ${hiddenSize} is not divisible by ${heads} heads`;
  throw fields.error("head_dim", complaint);
}

function latentAttention(fields: Fields): LatentAttention {
  if (fields.flag("attention_bias") === true) {
    throw fields.error("attention_bias", "latent attention with a bias is not modelled");
  }
  return {
    kind: "latent",
    heads: fields.count("num_attention_heads"),
    kvLoraRank: fields.count("kv_lora_rank"),
    qLoraRank: fields.given("q_lora_rank") ? fields.count("q_lora_rank") : undefined,
    ropeHeadDim: fields.count("qk_rope_head_dim"),
    nopeHeadDim: fields.count("qk_nope_head_dim"),
    valueHeadDim: fields.count("v_head_dim"),
  };
}
