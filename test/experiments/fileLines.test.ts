import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { fileLines } from "../../experiments/fileLines.ts";

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

test("what cannot be read is said", () => {
  expect(() => [...fileLines(join(folder, "none"), {})]).toThrow("none: no such file or directory");
  expect(() => [...fileLines(folder, {})]).toThrow("is a directory, not a file");
});
