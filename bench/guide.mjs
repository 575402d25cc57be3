import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The output in docs/guide/what-if.md: each `console` block begins with commands, behind "$ " and "> ", and goes
 * on with what they print. `guide.mjs` prints the page as it should be, `--write` writes it, `--check` fails where
 * another stands there.
 */
const root = resolve(import.meta.dirname, "..");
const path = join(root, "docs", "guide", "what-if.md");
const page = readFileSync(path, "utf8");
const current = withOutput(page);
if (process.argv.includes("--write")) writeFileSync(path, current);
else if (!process.argv.includes("--check")) process.stdout.write(current);
else if (page !== current) {
  process.stderr.write("docs/guide/what-if.md is out of date: node bench/guide.mjs --write\n");
  process.exitCode = 1;
}

/** Blocks run in their order in one folder, in which one may read what another wrote. */
function withOutput(text) {
  const folder = mkdtempSync(join(tmpdir(), "tokenwatt-guide-"));
  symlinkSync(join(root, "scenarios"), join(folder, "scenarios"));
  try {
    return text.replaceAll(/^```console\n([\s\S]*?)^```$/gm, (_, block) => {
      const commands = /^(?:[$>] .*\n)+/.exec(block)?.[0];
      if (commands === undefined) throw new Error(`no command in: ${block}`);
      return `\`\`\`console\n${commands}${output(commands, folder)}\`\`\``;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function output(commands, folder) {
  const script = commands.replaceAll(/^[$>] /gm, "");
  const tokenwatt = `tokenwatt() { "${process.execPath}" "${join(root, "bin", "tokenwatt.js")}" "$@"; }`;
  const env = { ...process.env, NO_COLOR: "1" };
  const stdio = ["ignore", "pipe", "ignore"];
  const words = ["-c", `set -e\n${tokenwatt}\n${script}`];
  return execFileSync("bash", words, { cwd: folder, env, stdio, encoding: "utf8" });
}
