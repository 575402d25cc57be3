import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The charts' library, to stand in a page that loads nothing. */
export function chartLibrary(): { readonly script: string; readonly style: string } {
  const folder = dirname(require.resolve("uplot/dist/uPlot.min.css"));
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  return { script: text("uPlot.iife.min.js"), style: text("uPlot.min.css") };
}
