import { measurementJsonSchema } from "./calibrate/measurements/measurementSchema.ts";
import { gpuJsonSchema } from "./scenario/gpuSchema.ts";
import { scenarioJsonSchema } from "./scenario/schema.ts";

/** JSON Schema of a file that the user writes. */
export const jsonSchemas = {
  scenario: scenarioJsonSchema,
  gpu: gpuJsonSchema,
  measurements: measurementJsonSchema,
} as const;
