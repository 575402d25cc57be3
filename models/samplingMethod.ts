/** How a word is chosen from its logits; the cost is in models/sampling.ts. */
export const samplingMethods = ["greedy", "temperature", "top_p", "beam"] as const;
export type SamplingMethod = (typeof samplingMethods)[number];
