import { measurementJsonSchema } from "./calibrate/measurements/measurementSchema.ts";
import { planJsonSchema } from "./plan/planSchema.ts";
import { gpuJsonSchema } from "./scenario/gpuSchema.ts";
import { scenarioJsonSchema } from "./scenario/schema.ts";
import { sweepJsonSchema } from "./sweep/sweepSchema.ts";

/** JSON Schema of a file that the user writes. */
export const jsonSchemas = {
  scenario: scenarioJsonSchema,
  sweep: sweepJsonSchema,
  plan: planJsonSchema,
  gpu: gpuJsonSchema,
  measurements: measurementJsonSchema,
} as const;
