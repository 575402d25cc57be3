import type { Gate } from "./gate.ts";
import { gatesOfBatches } from "./gatesOfBatches.ts";
import { gatesOfChoices } from "./gatesOfChoices.ts";
import { gatesOfLengths } from "./gatesOfLengths.ts";
import { gatesOfTraces } from "./gatesOfTraces.ts";

/** What the study must show. None of its limits was moved to be met. */
export const paperGates: readonly Gate[] = [
  ...gatesOfLengths,
  ...gatesOfBatches,
  ...gatesOfChoices,
  ...gatesOfTraces,
];
