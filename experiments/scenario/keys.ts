import { z } from "zod";

export const count = z.int().min(1);
export const positive = z.number().positive();
export const notNegative = z.number().nonnegative();

/** A key that may be left out or null, which means the same. */
export function unset<Schema extends z.ZodType>(schema: Schema) {
  return z._default(z.nullable(schema), null);
}
