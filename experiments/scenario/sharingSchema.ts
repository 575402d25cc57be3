import { z } from "zod";
import { count, pause, unset } from "./keys.ts";

/** System prompts that many requests begin with. */
export const sharedPrefix = z.strictObject({
  tokens: count.describe("Tokens of each system prompt, beside those of lengths.input"),
  groups: count
    .max(1e6)
    .default(1)
    .describe("How many system prompts there are; each is as likely to be drawn"),
});

/** Conversations: of the users of a closed loop, or begun as arrivals say. */
export const sessions = z.strictObject({
  turns: z
    .union([
      count.max(1e6),
      z.strictObject({ mean: z.number().min(1).max(1e6).describe("Of a geometric law") }),
    ])
    .describe("Turns of each conversation, or {mean}"),
  think_time_s: unset(pause).describe(
    "From an answer to the next turn, in seconds or {mean, std}; an agent's tools take it; null: in " +
      "a closed loop as between conversations, arrivals.think_time_s",
  ),
});

export type SharedPrefixFile = z.output<typeof sharedPrefix>;
export type SessionsFile = z.output<typeof sessions>;
