import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { built } from "../cli/built.ts";

beforeAll(() => {
  built();
});

const text = readFileSync("docs/api.md", "utf8");
/** Code, and beneath it what it prints. */
const examples = [...text.matchAll(/```js\n(.*?)```\n```text\n(.*?)```/gs)];

test.each(
  examples.map(([, code = "", printed = ""], index) => ({ number: index + 1, code, printed })),
)("example $number of docs/api.md prints what stands beneath it", async ({ code, printed }) => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code]);
  expect(stdout).toBe(printed);
});

test("every example of docs/api.md is run", () => {
  expect(examples).toHaveLength(text.match(/```js\n/g)?.length ?? -1);
});
