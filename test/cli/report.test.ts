import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const text = (name: string) => readFileSync(at(name), "utf8");

async function page(...words: readonly string[]): Promise<string> {
  const flags = ["--report", at("page.html"), "--json", at("result.json"), "--quiet"];
  const ended = await command("run", at("small.yaml"), ...flags, ...words);
  expect(ended).toEqual({ code: 0, out: "", err: "" });
  return text("page.html");
}

/** What a script of the page finds in the series. */
function seriesOf(html: string) {
  const json = /<script type="application\/json" id="series">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? "null");
}

describe("the page of a run", () => {
  test("holds the run's joules over time, under 400 KB", async () => {
    const html = await page();
    const { energy, duration_s } = JSON.parse(text("result.json"));
    const { periodS, gpuW } = seriesOf(html);
    expect(periodS).toBe(1);
    const joules = gpuW.reduce(
      (sum: number, watts: number, second: number) =>
        sum + watts * Math.min(1, duration_s - second),
      0,
    );
    expect(joules / energy.gpu_j).toBeCloseTo(1, 4);
    expect(html.length).toBeLessThan(400_000);
  });

  test("asks for nothing outside itself", async () => {
    const html = await page();
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(?:script|img|iframe)[^>]*\ssrc=|url\(|@import/i);
    expect(html).not.toMatch(/\beval\(|new Function/);
  });

  test("keeps what users write from being markup", async () => {
    const name = "</script><script>alert(1)</script><b title=\"x'>";
    const html = await page("--set", `name=${JSON.stringify(name)}`);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain('<b title="x');
    expect(html.match(/<\/script>/g)).toHaveLength(3);
  });
});

describe("report", () => {
  test("says what a result lacks, and draws the rest", async () => {
    await page();
    const ended = await command("report", at("result.json"), "-o", at("again.html"));
    expect(ended).toEqual({ code: 0, out: "", err: `wrote ${at("again.html")}\n` });
    const html = text("again.html");
    expect(html).toContain('<span class="value">20</span>');
    expect(html).toContain("This result holds no power, batch or KV cache over time");
    expect(html).toContain("Energy by phase");
    expect(seriesOf(html)).toBe(null);
  });

  test("refuses what is no result, and to replace what it reads", async () => {
    writeFileSync(at("other.json"), '{"schema": "other"}');
    const other = await command("report", at("other.json"), "-o", at("page.html"));
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("is no result of a run")]);
    const scenario = await command("report", at("small.yaml"), "-o", at("page.html"));
    expect([scenario.code, scenario.err]).toEqual([
      2,
      `error: ${at("small.yaml")}: is no result of a run: it has no schema; expected tokenwatt/result@1, ` +
        "tokenwatt/plan@1 or the folder of a sweep\n  run --json, plan --json and sweep --out write them\n",
    ]);
    await page();
    const same = await command("report", at("result.json"), "-o", at("result.json"));
    expect([same.code, same.err]).toEqual([2, expect.stringContaining("would replace")]);
  });
});
