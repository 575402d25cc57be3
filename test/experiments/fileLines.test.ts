import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { fileLines } from "../../experiments/fileLines.ts";
import { gunzipped } from "../../experiments/gunzipped.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "lines");

const linesOf = (content: string | Uint8Array) => {
  writeFileSync(path, content);
  return [...fileLines(path, {})];
};

test("a file's lines are those of its text, packed or not", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "ü", "日", "\n", "\r"), maxLength: 30 });
  fc.assert(
    fc.property(texts, (text) => {
      const expected = text.split("\n");
      if (expected.at(-1) === "") expected.pop();
      expect(linesOf(text)).toEqual(expected);
      expect(linesOf(gzipSync(text))).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test("a line may lie across what is read at once, and so may a letter", () => {
  const long = "日".repeat(900_000);
  expect(linesOf(`a\n${long}\nb`)).toEqual(["a", long, "b"]);
});

test("gzip is unpacked in pieces as it is at once, damaged or not", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });
  const damage = fc.record({
    kind: fc.constantFrom("none", "flip", "cut", "append"),
    place: fc.nat(10_000),
    with: fc.integer({ min: 1, max: 255 }),
  });
  const world = fc.tuple(fc.array(bytes, { minLength: 1, maxLength: 3 }), damage, fc.nat(99));
  fc.assert(
    fc.property(world, ([members, { kind, place, with: byte }, step]) => {
      const packed = Buffer.concat(members.map((member) => gzipSync(member)));
      const at = place % packed.length;
      if (kind === "flip") packed[at] = (packed[at] ?? 0) ^ byte;
      const cut = kind === "cut" ? packed.subarray(0, at) : packed;
      const given = kind === "append" ? Buffer.concat([cut, Buffer.of(byte)]) : cut;
      const pieces = Array.from({ length: Math.ceil(given.length / (step + 1)) }, (_, piece) =>
        given.subarray(piece * (step + 1), (piece + 1) * (step + 1)),
      );
      const inPieces = outcome(() => Buffer.concat([...gunzipped(pieces, { path, blame: {} })]));
      expect(inPieces).toEqual(outcome(() => gunzipSync(given)));
    }),
    { numRuns: 300 },
  );
});

/** All that is said of damage is where gzip found it. */
function outcome(unpack: () => Buffer): Buffer | "damaged" {
  try {
    return unpack();
  } catch (error) {
    const isSaid = error instanceof UserError || (error instanceof Error && "code" in error);
    expect(isSaid).toBe(true);
    return "damaged";
  }
}

test("gzip that is damaged or ends early is said", () => {
  const packed = gzipSync("a\n".repeat(100));
  expect(() => linesOf(packed.subarray(0, packed.length - 1))).toThrow(
    "lines: damaged: the gzip data ends early",
  );
  packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
  expect(() => linesOf(packed)).toThrow("lines: damaged: not readable as gzip");
});

test("what cannot be read is said", () => {
  expect(() => [...fileLines(join(folder, "none"), {})]).toThrow("none: no such file or directory");
  expect(() => [...fileLines(folder, {})]).toThrow("is a directory, not a file");
});
