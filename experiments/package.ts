import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { memberOf } from "./scenario/schemaTree.ts";

// The package by its own name: the same file from the sources and from dist/.
const require = createRequire(import.meta.url);

export function tokenwattVersion(): string {
  const manifest: unknown = require("tokenwatt/package.json");
  return String(memberOf(manifest, "version"));
}

/** A scenario that comes with the package. */
export function shippedScenario(name: string): string {
  return join(dirname(require.resolve("tokenwatt/package.json")), "scenarios", name);
}
