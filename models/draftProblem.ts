import { tensorParallelProblem } from "./kvCapacity.ts";
import type { LlmSpec } from "./llm.ts";

/** Padding of one tokenizer's vocabulary differs by less: Qwen2.5's is 151,936 or 152,064. */
const paddingRatio = 0.01;

/** Why one network cannot draft for another; undefined if it can. */
export function draftProblem(
  target: LlmSpec,
  draft: LlmSpec,
  tensorParallel: number,
): string | undefined {
  const difference = Math.abs(target.vocabSize - draft.vocabSize);
  if (difference > paddingRatio * target.vocabSize) {
    return (
      `${draft.id} has a vocabulary of ${draft.vocabSize}, ${target.id} one of ${target.vocabSize}: ` +
      "a draft must speak the target's tokens"
    );
  }
  if (draft.parameters.total > target.parameters.total) {
    return `${draft.id} (${billions(draft)}) is larger than ${target.id} (${billions(target)}) for which it drafts`;
  }
  const divided = tensorParallelProblem(draft, tensorParallel);
  if (divided !== undefined) return `the draft runs on the target's GPUs: ${divided}`;
  const window = draft.slidingWindow?.tokens;
  if (window !== undefined && window !== target.slidingWindow?.tokens) {
    const other = target.slidingWindow?.tokens ?? "none";
    return `${draft.id} has a sliding window of ${window} tokens and ${target.id} ${other}: only equal ones are modelled`;
  }
  return undefined;
}

/** What the user should know of a draft that has no problem. */
export function draftWarnings(target: LlmSpec, draft: LlmSpec): string[] {
  const warnings: string[] = [];
  if (draft.vocabSize !== target.vocabSize) {
    warnings.push(
      `the vocabularies of ${target.id} (${target.vocabSize}) and ${draft.id} (${draft.vocabSize}) are taken for paddings of one tokenizer; vLLM refuses them`,
    );
  }
  if (draft.parameters.activePerToken > target.parameters.activePerToken) {
    warnings.push(`${draft.id} computes more for a token than ${target.id}, for which it drafts`);
  }
  if (draft.maxPositionEmbeddings < target.maxPositionEmbeddings) {
    const positions = `${draft.maxPositionEmbeddings} positions, ${target.id} for ${target.maxPositionEmbeddings}`;
    warnings.push(`${draft.id} is made for ${positions}: it is priced beyond them all the same`);
  }
  return warnings;
}

function billions({ parameters }: LlmSpec): string {
  return `${(parameters.total / 1e9).toPrecision(3)} billion parameters`;
}
