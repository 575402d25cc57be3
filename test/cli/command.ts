import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import { tokenwatt } from "../../cli/tokenwatt.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, and hears what it says. */
export async function command(...words: readonly string[]): Promise<Ended> {
  vi.stubEnv("FORCE_COLOR", "0");
  const out = heard(process.stdout);
  const err = heard(process.stderr);
  try {
    const code = await tokenwatt(words);
    return { code, out: out.text(), err: err.text() };
  } finally {
    out.stop();
    err.stop();
  }
}

function heard(stream: NodeJS.WriteStream) {
  let said = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return { text: () => said, stop: () => spy.mockRestore() };
}

const smallScenario = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM }
workload:
  dataset: azure-conv-2023
  num_requests: 20
`;

const replayScenario = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM }
workload: { trace: { path: trace.csv } }
`;

/** A folder for each test, with small.yaml and replay.yaml in it; it is the working folder. */
export function inOwnFolder(): (path?: string) => string {
  let folder = "";
  const home = process.cwd();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tokenwatt-cli-"));
    writeFileSync(join(folder, "small.yaml"), smallScenario);
    writeFileSync(join(folder, "replay.yaml"), replayScenario);
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });
  return (path = "") => join(folder, path);
}
