import { expect, test } from "vitest";
import { csvLines, csvTable, numberIfAny, numberIn } from "../../experiments/csvTable.ts";
import { inFolder } from "./measured/tables.ts";

const file = inFolder();

test("a quoted field may hold commas, quotes and line ends", () => {
  const rows = csvTable(file("a.csv", 'name,note\na,"one, ""two""\nthree"\r\nb,\n'));
  expect(rows).toEqual([
    { name: "a", note: 'one, "two"\nthree' },
    { name: "b", note: "" },
  ]);
});

test("a last field that is empty is one, with a line end behind it or without", () => {
  const rows = [
    ["a", "b"],
    ["1", ""],
  ];
  for (const text of ["a,b\n1,", "a,b\n1,\n", 'a,b\n1,""', "a,b\r\n1,\r\n"]) {
    expect(csvLines(text, "a.csv").map(({ fields }) => fields)).toEqual(rows);
  }
  expect(csvLines("", "a.csv")).toEqual([]);
});

test("a row that lacks a field is named", () => {
  const path = file("a.csv", "a,b\n1,2\n3\n");
  expect(() => csvTable(path)).toThrow(/a\.csv: row 2: expected 2 fields, found 1 fields in 3/);
});

test("a quote out of place is shown", () => {
  const path = file("a.csv", 'a,b\n1,"2\n');
  expect(() => csvTable(path)).toThrow(/a quote out of place: "2/);
});

test("a row knows its line and where its fields begin", () => {
  const lines = csvLines('a,b\n\n"x\ny",2\r\nlast,"3"', "a.csv");
  expect(lines.map(({ line, columns }) => [line, columns])).toEqual([
    [1, [1, 3]],
    [3, [1, 7]],
    [5, [1, 6]],
  ]);
});

test("an empty field is no number, and text is an error", () => {
  const row = { empty: "", text: "about 3", number: "3.5" };
  expect(numberIfAny(row, "empty")).toBeUndefined();
  expect(numberIn(row, "number")).toBe(3.5);
  expect(() => numberIn(row, "empty")).toThrow(/column empty: expected a number, found nothing/);
  expect(() => numberIfAny(row, "text")).toThrow(/column text: expected a number, found about 3/);
  expect(() => numberIn(row, "missing")).toThrow(/there is no column missing/);
});
