import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runScenario } from "../../experiments/run.ts";
import { filesRead, loadObject } from "../../experiments/scenario/load.ts";
import { smallScenario } from "./smallScenario.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-calibration-"));
afterAll(() => rmSync(folder, { recursive: true }));

function withCalibration(text: string) {
  writeFileSync(join(folder, "mine.yaml"), text);
  const cluster = { gpu: "H100-SXM", calibration: "mine.yaml" };
  return loadObject({ ...smallScenario, cluster }, folder);
}

const file = (scalars: string) => `id: mine
base: null
gpus: [H100-SXM]
stacks:
  vllm:
    ${scalars}
`;

describe("a calibration file of the user's own", () => {
  test("wins number by number over the catalogue's, and is named as a source", async () => {
    const loaded = withCalibration(
      file("host_per_step_us: { value: 50000, kind: measured, source: my meter }"),
    );
    const [own, plain] = await Promise.all([
      runScenario(loaded),
      runScenario(loadObject(smallScenario, folder)),
    ]);
    expect(own.latency.tpot_ms.mean).toBeGreaterThan((plain.latency.tpot_ms.mean ?? 0) + 40);
    expect(own.calibration.sources).toContain("my meter");
    expect(filesRead(loaded)).toContain(join(folder, "mine.yaml"));
  });

  test("with a key that means nothing is refused by file and key", async () => {
    const loaded = withCalibration(
      file("host_per_stp_us: { value: 1, kind: measured, source: x }"),
    );
    await expect(runScenario(loaded)).rejects.toThrow(
      /cluster\.calibration: .*mine\.yaml.*host_per_stp_us.*host_per_step_us/,
    );
  });
});
