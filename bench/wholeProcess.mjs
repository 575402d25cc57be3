import { spawnSync } from "node:child_process";
import { join } from "node:path";

const measuring = join(import.meta.dirname, "measured.mjs");

/** Runs `tokenwatt` of a checkout to its end; what the process took, with the start of Node. */
export function wholeProcess(checkout, words) {
  const tokenwatt = join(checkout, "bin", "tokenwatt.js");
  const startedMs = performance.now();
  const { stderr, status } = spawnSync(
    process.execPath,
    ["--import", measuring, tokenwatt, ...words],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1 << 26 },
  );
  const wallS = (performance.now() - startedMs) / 1000;
  if (status !== 0) throw new Error(`tokenwatt ${words.join(" ")}: ${stderr}`);
  const took = stderr.split("\n").find((line) => line.startsWith("measured "));
  return { wallS, ...JSON.parse(took.slice("measured ".length)) };
}
