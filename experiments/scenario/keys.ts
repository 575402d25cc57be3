import { z } from "zod";

export const count = z.int().min(1);
export const positive = z.number().positive();
/** Of rates and times: beyond it lies a slip of the pen, and figures that overflow. */
export const withinReason = z.number().min(1e-9).max(1e12);
/** 10^9 bytes a second: from a megabyte to a petabyte. */
export const gbPerS = z.number().min(1e-3).max(1e6);
/** Seconds for which something is out of order: three years at most, of which each second can be drawn. */
export const outageS = z.number().positive().max(1e8);
export const notNegative = z.number().nonnegative();

/** A key that may be left out or null, which means the same. */
export function unset<Schema extends z.ZodType>(schema: Schema) {
  return z._default(z.nullable(schema), null);
}

/** A time that is always the same, or the law it is drawn from. */
export const pause = z.union([
  notNegative.max(1e12),
  z.strictObject({
    mean: withinReason.describe("Seconds; exponential where there is no std"),
    std: positive.max(1e12).optional().describe("Seconds; makes the law lognormal"),
  }),
]);

/** The program's word for what a file leaves open. */
export function known<Value>(value: Value | null): Value | undefined {
  return value ?? undefined;
}

export function seconds(milliseconds: number | null): number | undefined {
  return milliseconds === null ? undefined : milliseconds / 1000;
}
