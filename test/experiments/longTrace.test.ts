import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type WrittenWorkload, writeTrace } from "../../experiments/frozenWorkload.ts";
import { runScenario } from "../../experiments/run.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import { longTrace } from "../../experiments/scenario/longTrace.ts";
import { readTrace } from "../../experiments/scenario/traceFile.ts";
import { tracePieces } from "../../experiments/tracePieces.ts";
import { workloadNamed } from "../../experiments/workload.ts";
import { smallScenario } from "./smallScenario.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-long-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "trace.csv");

const whole = { fromS: 0, toS: Number.POSITIVE_INFINITY };
const kept = Number.POSITIVE_INFINITY;
const header = "arrival_s,input_tokens,output_tokens";
const gapsS = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, 0.1, 0.7, 3) },
  { weight: 1, arbitrary: fc.constantFrom(1e-5, 1e3) },
);
const row = fc.record({
  gapS: gapsS,
  prompt: fc.integer({ min: 1, max: 600 }),
  output: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 1)),
});
const rows = fc
  .array(row, { minLength: 3, maxLength: 30 })
  .filter((all) => all.some(({ output }) => output > 0));

const keys = fc.record(
  {
    rate_scale: fc.constantFrom(0.5, 3),
    from_s: fc.constantFrom(0.1, 1, 4),
    to_s: fc.constantFrom(5, 10),
    limit: fc.integer({ min: 1, max: 20 }),
    cap_to_context: fc.constant(true),
  },
  { requiredKeys: [] },
);
const more = fc.record(
  {
    duration_s: fc.constantFrom(1, 6),
    num_requests: fc.integer({ min: 1, max: 40 }),
    max_concurrency: fc.constantFrom(1, 3),
    cancellations: fc.constant({ share: 0.5, after_s: { mean: 1 } }),
  },
  { requiredKeys: [] },
);

type Block = Readonly<Record<string, unknown>>;

function load(workload: Block, keptRequests: number) {
  const engine = { max_model_len: 512 };
  return loadObject({ ...smallScenario, engine, workload }, folder, { keptRequests });
}

function written(all: readonly { gapS: number; prompt: number; output: number }[]): string {
  let timeS = 17;
  const lines = all.map(({ gapS, prompt, output }) => {
    timeS += gapS;
    return `${timeS.toFixed(5)},${prompt},${output}`;
  });
  return [header, ...lines, ""].join("\n");
}

const outcome = async (workload: Block, keptRequests: number) => {
  try {
    return await runScenario(load(workload, keptRequests));
  } catch (error) {
    return String(error);
  }
};

describe("a trace that is not kept", () => {
  test("runs as one that is, whatever is chosen of it", async () => {
    let streamedRuns = 0;
    const world = fc.tuple(rows, keys, more, fc.integer({ min: 0, max: 8 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(world, async ([all, chosen, others, keptRequests, isPacked]) => {
        const text = written(all);
        writeFileSync(path, isPacked ? gzipSync(text) : text);
        const workload = { trace: { path, ...chosen }, ...others };
        expect(await outcome(workload, keptRequests)).toEqual(await outcome(workload, kept));
        streamedRuns += Number(streams(workload, keptRequests));
      }),
      { numRuns: 100 },
    );
    expect(streamedRuns).toBeGreaterThan(20);
  });

  test("is one that comes in order, without names, replayed as it stands", () => {
    const plain = [header, "0,1,1", "1,1,1", "2,1,1", ""].join("\n");
    const streamsAs = (text: string, more: Block = {}, others: Block = {}) => {
      writeFileSync(path, text);
      return streams({ trace: { path, ...more }, ...others }, 1);
    };
    expect(streamsAs(plain)).toBe(true);
    expect(streamsAs(plain.replace("2,", "0.5,"))).toBe(false);
    expect(streamsAs(plain.replaceAll(/1$/gm, "1,a").replace("tokens\n", "tokens,tenant\n"))).toBe(
      false,
    );
    expect(streamsAs(plain, { sample: 0.9 })).toBe(false);
    expect(streamsAs(plain, { shuffle_lengths: true })).toBe(false);
    expect(streamsAs(plain, {}, { arrivals: { kind: "constant", rate_rps: 1 } })).toBe(false);
  });

  test("is checked to its end before the run, and must stay as it is", () => {
    writeFileSync(path, [header, "0,1,1", "1,1,1", "2,1,x", ""].join("\n"));
    const workload = { trace: { path } };
    expect(() => load(workload, 1)).toThrow(
      `${path}: row 4: expected a whole number of output_tokens up to 4294967295, found "x"`,
    );
    writeFileSync(path, [header, "0,1,1", "1,1,1", "2,1,1", ""].join("\n"));
    const loaded = load(workload, 1);
    writeFileSync(path, [header, "0,1,1", "1,1,1", ""].join("\n"));
    expect(() => compose(loaded).simulation.source.next()).toThrow("changed while it was read");
  });

  test("is read from its beginning in each run", async () => {
    writeFileSync(path, [header, "0,9,9", "1,9,9", "2,9,9", ""].join("\n"));
    const loaded = load({ trace: { path } }, 1);
    expect(await runScenario(loaded)).toEqual(await runScenario(loaded));
  });
});

describe("a trace that is not kept, told of and converted", () => {
  test("is told of as one that is, whatever span of it is", () => {
    const span = fc.record(
      { from_s: fc.constantFrom(0.1, 1, 4), to_s: fc.constantFrom(5, 10) },
      { requiredKeys: [] },
    );
    const told = (trace: Block, keptRequests: number) => {
      try {
        return workloadNamed(path, { trace, keptRequests }).report;
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(rows, span, fc.integer({ min: 0, max: 8 }), (all, chosen, keptRequests) => {
        writeFileSync(path, written(all));
        expect(told(chosen, keptRequests)).toEqual(told(chosen, kept));
      }),
    );
  });

  test.each(["csv", "jsonl", "parquet"])("is written in pieces as one that is, as %s", (ending) => {
    const to = join(folder, `written.${ending}`);
    const bytes = (workload: WrittenWorkload) => {
      writeTrace(to, workload);
      return readFileSync(to);
    };
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 4 }), (all, requestsPerPiece) => {
        writeFileSync(path, written(all));
        const file = { path, folder, format: "csv", span: whole, fault: {} } as const;
        const trace = longTrace(file, 0);
        fc.pre("open" in trace);
        const [columns, ...later] = tracePieces(trace, requestsPerPiece);
        if (columns === undefined) throw new Error("no piece");
        const inPieces = bytes({ columns, later, warnings: [] });
        expect(inPieces).toEqual(bytes({ columns: readTrace(file), warnings: [] }));
      }),
      { numRuns: 30 },
    );
  });
});

function streams(workload: Block, keptRequests: number): boolean {
  try {
    return load(workload, keptRequests).traces.streamed !== undefined;
  } catch {
    return false;
  }
}
