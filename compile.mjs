import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compiledFile, load, scripts } from "./bin/scripts.js";

/**
 * Runs the quickstart, then writes the compiled code of what it loaded beside each script, functions
 * that it called included: commands start sooner with it (bin/scripts.js).
 */
const root = import.meta.dirname;
process.argv.splice(2, process.argv.length, "run", join(root, "scenarios/quickstart.yaml"));
process.stdout.write = () => true;
process.on("exit", () => {
  for (const [file, { script }] of scripts) {
    writeFileSync(compiledFile(file), script.createCachedData());
  }
});
load(join(root, "dist/bundle/main.cjs"));
