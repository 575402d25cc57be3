import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a thread's code lies beside the module at `url`: modules are .js, the bundle's scripts .cjs. */
export function threadFile(name: string, url: string): URL {
  return new URL(`./${name}${extname(fileURLToPath(url))}`, url);
}
