import { readFileSync } from "node:fs";
import { UserError } from "./errors.ts";
import { exists, writeWhole } from "./files.ts";
import { shippedScenario } from "./package.ts";

/** A scenario that says what every key means. */
export function commentedScenario(): string {
  return readFileSync(shippedScenario("commented.yaml"), "utf8");
}

/** @throws UserError where there is such a file: what a user wrote is never replaced. */
export function writeNewFile(path: string, text: string): void {
  if (exists(path)) {
    throw new UserError({ place: { file: path }, message: "exists already; name a new file" });
  }
  writeWhole(path, text);
}
