import type { BatchShape, StepModel } from "./ports.ts";
import type { Request } from "./request.ts";
import type { Tokens } from "./units.ts";

/** Query-key pairs of `tokens` causal queries behind `context` cached tokens. */
export function causalPairs(context: Tokens, tokens: Tokens): number {
  return tokens * context + (tokens * (tokens + 1)) / 2;
}

/** The same where each query sees at most `window` keys, its own included. */
export function windowPairs(context: Tokens, tokens: Tokens, window: Tokens): number {
  const growing = Math.min(tokens, Math.max(0, window - context));
  const full = tokens - growing;
  return causalPairs(context, growing) + (full === 0 ? 0 : full * window);
}

/** FLOPs of prefilling `tokens` tokens behind `context` cached ones. */
export function prefillFlop(model: StepModel, context: Tokens, tokens: Tokens): number {
  if (tokens <= 0) return 0;
  const { perToken, perPair, perWindowPair } = model.prefillFlop;
  return (
    perToken * tokens +
    perPair * causalPairs(context, tokens) +
    (perWindowPair === 0 ? 0 : perWindowPair * windowPairs(context, tokens, model.windowTokens))
  );
}

/** What one step computes of one prompt. */
export interface PrefillChunk {
  readonly request: Request;
  readonly tokens: Tokens;
}

/** FLOPs of a chunk that are neither padding nor computed before. */
export function usefulPrefillFlop(model: StepModel, { request, tokens }: PrefillChunk): number {
  const from = Math.max(request.kvTokens, request.computedTokens);
  return prefillFlop(model, from, request.kvTokens + tokens - request.paddingTokens - from);
}

/** The prefill part of a batch's shape. */
export function describePrefill(
  shape: BatchShape,
  chunks: readonly PrefillChunk[],
  window: Tokens,
): void {
  shape.prefillSeqs = chunks.length;
  shape.prefillTokens = 0;
  shape.prefillPairs = 0;
  shape.prefillWindowPairs = 0;
  shape.prefillContextTokens = 0;
  shape.sampledSeqs = shape.decodeTokens;
  for (const { request, tokens } of chunks) {
    const context = request.kvTokens;
    const ends = context + tokens === request.prefillTarget;
    shape.prefillTokens += tokens;
    shape.prefillPairs += causalPairs(context, tokens);
    shape.prefillWindowPairs += windowPairs(context, tokens, window);
    shape.prefillContextTokens += context;
    if (ends) shape.sampledSeqs++;
  }
}
