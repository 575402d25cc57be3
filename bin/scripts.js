import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";

// Short runs spend more on compiling their hot functions than on running them, and most of that on
// copies of what those call. With fewer copies 10,000 requests take 0.8 of the CPU, and 100,000 as much
// as before. Read whenever a function is compiled, so it may be set this late.
setFlagsFromString("--max-inlined-bytecode-size-cumulative=300");

/** Scripts that were loaded, by file, with what they export. */
export const scripts = new Map();

/** Where the compiled code of a script is kept: the build writes it (compile.mjs). */
export const compiledFile = (file) => `${file}.compiled`;

/**
 * What a script of the bundle exports. Its compiled code is taken from the file beside it, where that
 * was made by this Node: parsing the scripts anew takes a third of the time of a short command.
 */
export function load(file) {
  const known = scripts.get(file);
  if (known !== undefined) return known.module.exports;
  const source = readFileSync(file, "utf8");
  const script = new Script(
    `(function (exports, require, module, __filename, importModule) {${source}\n})`,
    {
      filename: file,
      cachedData: compiledCode(file),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  const module = { exports: {} };
  scripts.set(file, { script, module });
  const requireOther = createRequire(file);
  const require = (name) =>
    name.startsWith("./") ? load(join(dirname(file), name)) : requireOther(name);
  const importModule = (name) => import(new URL(name, pathToFileURL(file)));
  script.runInThisContext()(module.exports, require, module, file, importModule);
  return module.exports;
}

/** Undefined where there is none; what another Node made, V8 rejects by itself. */
function compiledCode(file) {
  try {
    return readFileSync(compiledFile(file));
  } catch {
    return undefined;
  }
}
