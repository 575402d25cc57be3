import type { StepConfig } from "../../models/matrices.ts";
import { kvBytesPerTokenPerGpu } from "../../models/weights.ts";
import type { Blocks, Bytes, Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

/** KV blocks that go into so many bytes of the host's for each GPU. */
export function hostBlocks(bytesPerGpu: Bytes, config: StepConfig, blockSize: Tokens): Blocks {
  return Math.floor(bytesPerGpu / blockBytes(config, blockSize));
}

/** @throws UserError where the host has no room for a single block. */
export function refuseNarrowHost(
  { places }: LoadedScenario,
  { engine: { offload, blockSize } }: ScenarioSpec,
  config: StepConfig,
): void {
  if (offload === undefined || hostBlocks(offload.bytesPerGpu, config, blockSize) > 0) return;
  const blockGib = blockBytes(config, blockSize) / 2 ** 30;
  const block = `a KV block of ${blockSize} tokens takes ${blockGib.toPrecision(3)} GiB of each GPU`;
  const message = `holds nothing: ${block}`;
  throw new UserError({ ...blame(["engine", "kv_offload", "space_gib"], places), message });
}

function blockBytes({ llm, precision, tensorParallel }: StepConfig, blockSize: Tokens): Bytes {
  const { kvBytesPerElement } = precision;
  return blockSize * kvBytesPerTokenPerGpu(llm, kvBytesPerElement, tensorParallel);
}
