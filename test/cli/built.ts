import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const sources = ["sim", "models", "workloads", "experiments", "cli", "ui"];

/** Builds dist/ where it is missing or older than a source; tells the executable. */
export function built(): string {
  const sourcesMs = Math.max(...sources.map((folder) => newestMs(folder, ".ts")));
  if (newestMs("dist", ".js") < sourcesMs) {
    const compiler = join("node_modules", "typescript", "bin", "tsc");
    for (const step of [[compiler, "-p", "tsconfig.build.json"], ["bundle.mjs"]]) {
      execFileSync(process.execPath, step, { stdio: "inherit" });
    }
  }
  return join(process.cwd(), "bin", "tokenwatt.js");
}

function newestMs(folder: string, ending: string): number {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter(({ name }) => name.endsWith(ending));
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}
