import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { pendingFile } from "../../experiments/files.ts";
import { parquetLines } from "../../experiments/parquet/parquetLines.ts";
import { parquetRows } from "../../experiments/parquet/parquetWriter.ts";
import { timeText } from "../../experiments/parquet/timeText.ts";
import { readTrace } from "../../experiments/scenario/traceFile.ts";
import { command, inOwnFolder } from "../cli/command.ts";

const at = inOwnFolder();

type Source = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];

function written(file: string, ...columnData: readonly Source[]): void {
  writeFileSync(at(file), new Uint8Array(parquetWriteBuffer({ columnData: [...columnData] })));
}

const lines = (file: string) => [...parquetLines(at(file), {})];
const trace = (file: string, columns?: Readonly<Record<string, string>>) =>
  readTrace({ path: file, format: "auto", folder: at(), columns, fault: {} });

const times: Source = { name: "arrival_s", data: [0, 0.25, 1.5], type: "DOUBLE" };
const inputs: Source = { name: "input_tokens", data: [10n, 20n, 30n], type: "INT64" };
const outputs: Source = { name: "output_tokens", data: [1, 2, 3], type: "INT32" };

describe("a table in Parquet", () => {
  test("is a trace like any other, by the names of its columns", () => {
    written("a.parquet", times, inputs, outputs);
    const { arrivalS, promptTokens, outputTokens } = trace("a.parquet");
    expect([...(arrivalS ?? [])]).toEqual([0, 0.25, 1.5]);
    expect([...promptTokens]).toEqual([10, 20, 30]);
    expect([...outputTokens]).toEqual([1, 2, 3]);
  });

  test("may have Azure's columns, or any that the user names; whole numbers may be floats", () => {
    const when = [0, 1500, 2000].map((ms) => new Date(Date.UTC(2023, 10, 16) + ms));
    written(
      "azure.parquet",
      { name: "TIMESTAMP", data: when, type: "TIMESTAMP" },
      { name: "ContextTokens", data: [5, 6, 7], type: "DOUBLE" },
      { name: "GeneratedTokens", data: [1, 2, 3], type: "DOUBLE" },
    );
    const azure = trace("azure.parquet");
    expect([...(azure.arrivalS ?? [])]).toEqual([0, 1.5, 2]);
    expect([...azure.promptTokens]).toEqual([5, 6, 7]);
    const columns = {
      timestamp: "TIMESTAMP",
      inputTokens: "GeneratedTokens",
      outputTokens: "ContextTokens",
    };
    expect([...trace("azure.parquet", columns).outputTokens]).toEqual([5, 6, 7]);
  });

  test("keeps texts on their line, nulls empty, and leaves out lists", () => {
    written(
      "mixed.parquet",
      { name: "text, quoted", data: ['a "b"\nc,d', "", null], type: "STRING" },
      { name: "yes", data: [true, false, null], type: "BOOLEAN" },
      { name: "many", data: [{ a: 1 }, { a: 2 }, { a: 3 }], type: "JSON" },
      { name: "n", data: [1.5, null, 1e21], type: "DOUBLE" },
    );
    expect(lines("mixed.parquet")).toEqual([
      '"text, quoted",yes,many,n',
      '"a ""b"" c,d",true,,1.5',
      ",false,,",
      ",,,1e+21",
    ]);
  });
});

describe("a table in Parquet that is wrong", () => {
  test.each([
    [
      "a null",
      { ...outputs, data: [1, null, 3] },
      "row 2: expected a whole number of output_tokens up to 4294967295, found nothing",
    ],
    [
      "a negative number",
      { ...outputs, data: [1, 2, -3] },
      'row 3: expected a whole number of output_tokens up to 4294967295, found "-3"',
    ],
    [
      "no number",
      { ...outputs, data: [Number.NaN, 2, 3], type: "DOUBLE" as const },
      'row 1: expected a whole number of output_tokens up to 4294967295, found "NaN"',
    ],
    [
      "half a token",
      { ...outputs, data: [1, 2.5, 3], type: "DOUBLE" as const },
      'row 2: expected a whole number of output_tokens up to 4294967295, found "2.5"',
    ],
    [
      "too many tokens",
      { ...outputs, data: [1n, 2n, 2n ** 60n], type: "INT64" as const },
      'row 3: expected a whole number of output_tokens up to 4294967295, found "1152921504606846976"',
    ],
    [
      "another name",
      { ...outputs, name: "output_token" },
      'columns: expected a column output_tokens, found "arrival_s,input_tokens,output_token"; did you mean output_token?',
    ],
  ])("with %s is refused with the row", async (_, column: Source, message) => {
    written("bad.parquet", times, inputs, column);
    const { code, out, err } = await command("workload", "bad.parquet");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe(`error: bad.parquet: ${message}\n`);
  });

  test("packed or damaged is refused with the reason", async () => {
    written("a.parquet", times, inputs, outputs);
    const whole = readFileSync(at("a.parquet"));
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [whole.subarray(0, 60), "damaged: the Parquet data ends early"],
      [whole.subarray(0, 5), "damaged: the Parquet data ends early"],
      [Buffer.concat([whole.subarray(0, -4), Buffer.from("PARE")]), "is encrypted"],
      [
        Buffer.from("PAR1\xff\xff\xff\x7fPAR1", "latin1"),
        "damaged: its description is longer than the file",
      ],
    ];
    for (const [bytes, message] of cases) {
      writeFileSync(at("b.parquet"), bytes);
      const { code, err } = await command("workload", "b.parquet");
      expect(code).toBe(2);
      expect(err).toContain(`b.parquet: ${message}\n`);
    }
    writeFileSync(at("plain.csv"), "input_tokens,output_tokens\n1,2\n");
    const { code, err } = await command("workload", "plain.csv", "--format", "parquet");
    expect(code).toBe(2);
    expect(err).toContain("plain.csv: expected a Parquet file, which begins with PAR1");
  });
});

test("a table whose bytes are changed is read, or refused by a sentence", () => {
  written("a.parquet", times, inputs, outputs);
  const whole = readFileSync(at("a.parquet"));
  const place = fc.nat(whole.length - 1);
  fc.assert(
    fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }), (edits) => {
      const bytes = Uint8Array.from(whole);
      for (const [index, byte] of edits) bytes[index] = byte;
      writeFileSync(at("c.parquet"), bytes);
      try {
        const { arrivalS } = trace("c.parquet");
        expect(arrivalS?.every(Number.isFinite) ?? true).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 300 },
  );
});

test.each(["GZIP", "BROTLI", "UNCOMPRESSED"] as const)(
  "a table packed by %s is read, within gzip it is refused",
  async (codec) => {
    const packed = { GZIP: gzipSync, BROTLI: brotliCompressSync, UNCOMPRESSED: undefined };
    const compress = packed[codec];
    const bytes = parquetWriteBuffer({
      columnData: [times, inputs, outputs],
      codec,
      compressors:
        compress === undefined
          ? {}
          : { [codec]: (input: Uint8Array) => new Uint8Array(compress(input)) },
    });
    writeFileSync(at("packed.parquet"), new Uint8Array(bytes));
    expect([...trace("packed.parquet").promptTokens]).toEqual([10, 20, 30]);
    writeFileSync(at("packed.parquet.gz"), gzipSync(new Uint8Array(bytes)));
    const { code, err } = await command("workload", "packed.parquet.gz");
    expect(code).toBe(2);
    expect(err).toContain("packed.parquet.gz: holds Parquet in gzip or in a pipe");
  },
);

describe("what is written in Parquet", () => {
  test("is read again as it was, over groups of rows, in the same bytes each time", () => {
    const write = (path: string) => {
      const file = pendingFile(path);
      const rows = parquetRows(file, [
        { name: "n", type: "INT64" },
        { name: "x", type: "DOUBLE" },
        { name: "s", type: "STRING" },
        { name: "b", type: "BOOLEAN" },
      ]);
      for (let n = 0; n < 70_000; n++)
        rows.add([n, n / 7, n % 3 === 0 ? null : `s${n}`, n % 2 === 0]);
      rows.finish();
      file.commit();
    };
    write(at("one.parquet"));
    write(at("two.parquet"));
    const read = lines("one.parquet");
    expect(read).toHaveLength(70_001);
    expect(read.slice(0, 3)).toEqual(["n,x,s,b", "0,0,,true", `1,${1 / 7},s1,false`]);
    expect(read.at(-1)).toBe(`69999,${69_999 / 7},,false`);
    expect(readFileSync(at("one.parquet")).equals(readFileSync(at("two.parquet")))).toBe(true);
  });

  test("as the requests of a run has the cells of the CSV", async () => {
    const flags = ["--set", "workload.num_requests=50", "--quiet"];
    for (const file of ["rows.csv", "rows.parquet"]) {
      const { code, err } = await command("run", "small.yaml", "--requests", file, ...flags);
      expect([code, err]).toEqual([0, ""]);
    }
    expect(lines("rows.parquet").join("\n")).toBe(readFileSync(at("rows.csv"), "utf8").trimEnd());
    expect(readdirSync(at()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("as a frozen workload gives the run of the frozen CSV", async () => {
    const digests: string[] = [];
    for (const file of ["frozen.csv", "frozen.parquet"]) {
      await command("workload", "azure-conv-2023", "--num-requests", "80", "--to", file, "--quiet");
      const set = [`workload={trace: {path: ${file}, origin_s: 0}}`];
      const { code, out } = await command("run", "small.yaml", "--set", ...set, "--json", "-");
      expect(code).toBe(0);
      digests.push(JSON.parse(out).digest);
    }
    expect(digests[1]).toBe(digests[0]);
    await command("workload", "frozen.parquet", "--origin-s", "0", "--to", "again.csv", "--quiet");
    expect(readFileSync(at("again.csv"), "utf8")).toBe(readFileSync(at("frozen.csv"), "utf8"));
  });
});

test("times keep their nanoseconds, before 1970 too", () => {
  expect(timeText(1_700_158_623_979_960_001n)).toBe("2023-11-16 18:17:03.979960001");
  expect(timeText(-1n)).toBe("1969-12-31 23:59:59.999999999");
  expect(timeText(0n)).toBe("1970-01-01 00:00:00");
});
