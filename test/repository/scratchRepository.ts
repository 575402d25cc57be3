import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root = join(import.meta.dirname, "../..");

const configurations = [
  ".dependency-cruiser.cjs",
  "biome.json",
  "no-cast.grit",
  "no-clock.grit",
  "package.json",
  "tsconfig.json",
];

/** What a checker with our configuration writes as JSON about these files, given as path: text. */
export function checkerOutput(
  files: Readonly<Record<string, string>>,
  [program, ...options]: readonly [string, ...string[]],
): unknown {
  const folder = mkdtempSync(join(tmpdir(), "tokenwatt-"));
  for (const name of configurations) cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { stdout, stderr } = spawnSync(join(root, "node_modules/.bin", program), options, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  rmSync(folder, { recursive: true });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${program} wrote no JSON: ${stdout.slice(0, 500)}${stderr}`);
  }
}
