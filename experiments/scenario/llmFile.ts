import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Problem } from "../errors.ts";
import { readText } from "../files.ts";
import { parseYaml } from "./yamlFile.ts";

export interface LlmFile {
  /** As the user names it. */
  readonly file: string;
  readonly config: unknown;
  /** What ModelOpt writes beside it. */
  readonly hfQuantConfig: unknown;
  /** The files that this was read from. */
  readonly paths: readonly string[];
}

interface Naming {
  /** What `name` is relative to. */
  readonly folder: string;
  /** Who is to blame where it can't be read. */
  readonly fault: Omit<Problem, "message">;
}

/** A Hugging Face config.json, or the folder that holds it, with what stands beside it. */
export function readLlm(name: string, { folder, fault }: Naming): LlmFile {
  const given = resolve(folder, name);
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(given, "config.json") : given;
  const quantFile = quantFileBeside(file);
  const read = (path: string, shown: string) => parseYaml(readText(path, fault), shown).value;
  return {
    file: name,
    config: read(file, name),
    hfQuantConfig: quantFile === undefined ? undefined : read(quantFile, quantFile),
    paths: quantFile === undefined ? [file] : [file, quantFile],
  };
}

/** Of X_config.json first X_hf_quant_config.json: configs of many networks may share a folder. */
function quantFileBeside(file: string): string | undefined {
  const plain = "hf_quant_config.json";
  const prefixed = basename(file).replace(/config\.json$/, plain);
  const paths = [prefixed, plain].map((name) => join(dirname(file), name));
  return paths.find((path) => path !== file && existsSync(path));
}
