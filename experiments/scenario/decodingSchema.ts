import { z } from "zod";
import { draftMethods, draftWorkloads } from "../../models/acceptanceEntry.ts";
import { count, unset } from "./keys.ts";

/** A small network guesses tokens ahead, the large one checks them in one step. */
export const speculative = z
  .strictObject({
    method: z
      .enum(draftMethods)
      .default("draft")
      .describe("draft: a network of its own; eagle: one more layer on top of the target"),
    draft: unset(z.string().min(1)).describe(
      "Method draft: its Hugging Face id (tokenwatt list llms), or a path to a config.json",
    ),
    num_speculative_tokens: count.max(64).describe("Tokens guessed before each check"),
    acceptance_rate: unset(z.number().min(0).max(1)).describe(
      "Chance that a guessed token passes the check, each for itself; this or workload",
    ),
    workload: unset(z.enum(draftWorkloads)).describe(
      "Take the catalogue's acceptance rate for texts of this kind; this or acceptance_rate",
    ),
    acceptance: z
      .enum(["sampled", "expected"])
      .default("sampled")
      .describe("sampled: drawn for each check; expected: the mean number of tokens each time"),
  })
  .superRefine((given, context) => {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (given.method === "draft" && given.draft === null) {
      complain("draft", "missing; the method draft needs the network that guesses");
    }
    if (given.method === "eagle" && given.draft !== null) {
      complain("draft", "the head of eagle is a layer of the target's own shape; leave draft out");
    }
    if (given.acceptance_rate === null && given.workload === null) {
      complain("acceptance_rate", "missing; expected a number >= 0 and <= 1, or workload");
    }
    if (given.acceptance_rate !== null && given.workload !== null) {
      complain("workload", "acceptance_rate says already how many pass; give one of the two");
    }
  });

export const sampling = z
  .strictObject({
    strategy: z
      .enum(["greedy", "temperature", "top_p", "beam"])
      .default("greedy")
      .describe(
        "greedy: the likeliest token; temperature and top_p: drawn; beam: the best of beams",
      ),
    n: count.max(1024).default(1).describe("Outputs for each request; they share its prompt"),
    beam_width: unset(count.max(1024)).describe("Strategy beam: how many beams are followed"),
  })
  .superRefine(({ strategy, n, beam_width }, context) => {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (strategy === "greedy" && n > 1) {
      complain("n", `greedy gives ${n} times the same output; vLLM accepts only 1`);
    }
    if (strategy === "beam" && beam_width === null) {
      complain("beam_width", "missing; the strategy beam needs it");
    }
    if (strategy !== "beam" && beam_width !== null) {
      complain("beam_width", `means nothing to the strategy ${strategy}; expected null`);
    }
    if (beam_width !== null && n > beam_width) {
      complain("n", `${n} outputs cannot come of ${beam_width} beams`);
    }
  });
