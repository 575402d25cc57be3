import type { Claim } from "./claim.ts";
import { claimsOfBatches } from "./claimsOfBatches.ts";
import { claimsOfChoices } from "./claimsOfChoices.ts";
import { claimsOfLengths } from "./claimsOfLengths.ts";

/** In the paper's order. */
export const paperClaims: readonly Claim[] = [
  ...claimsOfLengths,
  ...claimsOfBatches,
  ...claimsOfChoices,
];
