import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chromiumPath,
  inkedColumns,
  launched,
  lowContrast,
  unlessNone,
  witnessed,
} from "../support/chromium.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
let browser: Browser | undefined;

beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await launched();
});
afterAll(async () => {
  await browser?.close();
});

const base = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { dataset: azure-conv-2023, num_requests: 20 }
`;

async function sweepReport(): Promise<string> {
  const grid = "grid:\n  cluster.gpu: [H100-SXM, L40S]\n  engine.max_num_seqs: [4, 16, null]\n";
  writeFileSync(at("sweep.yaml"), base + grid);
  const swept = await command(
    "sweep",
    at("sweep.yaml"),
    "--out",
    at("out"),
    "--quiet",
    "--jobs",
    "1",
  );
  expect(swept.code).toBe(0);
  const ended = await command("report", at("out"), "-o", at("sweep.html"));
  expect(ended).toEqual({ code: 0, out: "", err: `wrote ${at("sweep.html")}\n` });
  return at("sweep.html");
}

async function planReport(): Promise<string> {
  const choices = "choices:\n  cluster.gpu: [H100-SXM, A100-SXM, T4]\nslo: { tpot_ms: 30 }\n";
  writeFileSync(at("plan.yaml"), base + choices);
  const planned = await command(
    "plan",
    at("plan.yaml"),
    "--json",
    at("plan.json"),
    "--quiet",
    "--jobs",
    "1",
  );
  expect(planned.code).toBe(0);
  await command("report", at("plan.json"), "-o", at("plan.html"));
  return at("plan.html");
}

async function opened(
  html: string,
  colorScheme: "light" | "dark" = "light",
): Promise<{ page: Page; expectQuiet: () => void }> {
  if (browser === undefined) throw new Error("no browser");
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, colorScheme });
  const witness = witnessed(page);
  await page.goto(pathToFileURL(html).href);
  const expectQuiet = () => {
    expect(witness.complaints).toEqual([]);
    expect(witness.requests).toEqual([page.url()]);
  };
  return { page, expectQuiet };
}

describe.skipIf(chromiumPath === undefined)(`studies in Chromium ${unlessNone}`, () => {
  test("a sweep's points are drawn, told of by pointer and keyboard, filtered and sorted", async () => {
    const { page, expectQuiet } = await opened(await sweepReport());
    const blue = [0, 114, 178] as const;
    expect((await inkedColumns(page, "#scatter canvas", blue)).some(Boolean)).toBe(true);
    expect(
      (await inkedColumns(page, "#lines canvas", blue)).filter(Boolean).length,
    ).toBeGreaterThan(200);
    expect(await page.locator("tr[data-point]").count()).toBe(6);
    await page.locator("tr[data-point]").nth(2).hover();
    const told = page.locator("#told");
    expect(await told.textContent()).toContain("engine.max_num_seqs null");
    await page.mouse.move(1, 1);
    await page.locator("#scatter").focus();
    await page.keyboard.press("ArrowUp");
    expect(await told.textContent()).toMatch(/cluster.gpu (H100-SXM|L40S) · .*latency.e2e_ms.p99/);
    expect(await page.locator("#front").textContent()).toMatch(
      /^\d+ points? (is|are) on the front/,
    );
    await page.locator("[data-filter]").first().selectOption("L40S");
    expect(await page.locator("tr[data-point]:visible").count()).toBe(3);
    const heading = page.getByRole("columnheader", { name: "energy.per_output_token_j" });
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    expectQuiet();
    await page.close();
  });

  test("a plan's page has the front, and why each other choice lost", async () => {
    const { page, expectQuiet } = await opened(await planReport());
    const { choices, scenario } = JSON.parse(readFileSync(at("plan.json"), "utf8"));
    const lost = choices.filter((choice: { objective: unknown }) => choice.objective === null);
    expect(lost.length).toBeGreaterThan(0);
    for (const { why } of lost) expect(await page.locator("main").textContent()).toContain(why);
    expect(await page.locator("tr[data-point]").count()).toBe(choices.length - lost.length);
    expect(await page.locator("#scenario").textContent()).toContain(scenario.cluster.gpu);
    const blue = [0, 114, 178] as const;
    expect((await inkedColumns(page, "#scatter canvas", blue)).some(Boolean)).toBe(true);
    expectQuiet();
    await page.close();
  });
});

describe.skipIf(chromiumPath === undefined)(`readers of studies in Chromium ${unlessNone}`, () => {
  test.each([
    ["a sweep", sweepReport],
    ["a plan", planReport],
  ])(
    "%s is read light and dark, and is light on paper, whole and no wider than that",
    async (_, report) => {
      const html = await report();
      for (const scheme of ["light", "dark"] as const) {
        const { page, expectQuiet } = await opened(html, scheme);
        const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
        expect(await ground()).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 22, 24)");
        expect([scheme, await page.evaluate(lowContrast)]).toEqual([scheme, []]);
        const rows = await page.locator("tr[data-point]:visible").count();
        await page.emulateMedia({ media: "print" });
        await expect.poll(ground).toBe("rgb(255, 255, 255)");
        expect(await page.evaluate(lowContrast)).toEqual([]);
        expect(await page.locator("tr[data-point]:visible").count()).toBe(rows);
        const widest = () =>
          page.evaluate(
            "Math.max(...[...document.querySelectorAll('canvas')].map((c) => c.getBoundingClientRect().width))",
          );
        await expect.poll(widest).toBeLessThanOrEqual(700);
        expectQuiet();
        await page.close();
      }
    },
  );
});

describe("what is neither a run, a sweep nor a plan is refused", () => {
  const refused = async (path: string, words: string) => {
    const ended = await command("report", at(path), "-o", at("page.html"));
    expect([ended.code, ended.err]).toEqual([2, expect.stringContaining(words)]);
    expect(existsSync(at("page.html"))).toBe(false);
  };

  test("a folder without a sweep, a sweep without rows or with others", async () => {
    await refused("", "holds no sweep: there is no manifest.json");
    await sweepReport();
    const rows = readFileSync(at("out/results.csv"), "utf8");
    writeFileSync(at("out/results.csv"), rows.replace("L40S", "L4"));
    await refused("out", "is not the table that manifest.json beside it tells of");
    writeFileSync(at("out/manifest.json"), "{}");
    await refused("out", "is no manifest of a tokenwatt sweep");
  });

  test("a broken plan, by the key that is wrong", async () => {
    await planReport();
    const plan = JSON.parse(readFileSync(at("plan.json"), "utf8"));
    writeFileSync(at("plan.json"), JSON.stringify({ ...plan, choices: [{ values: {} }] }));
    await refused("plan.json", "choices.0.verdict");
    writeFileSync(at("plan.json"), '{"schema": "tokenwatt/plan@1"');
    await refused("plan.json", "plan.json:1:");
  });

  test("a page in place of what it is made of", async () => {
    await sweepReport();
    const ended = await command("report", at("out"), "-o", at("out/results.csv"));
    expect([ended.code, ended.err]).toEqual([2, expect.stringContaining("would replace")]);
  });
});

test("what users write in a sweep is no markup of its page", async () => {
  const name = "</script><script>alert(1)</script>";
  writeFileSync(at("sweep.yaml"), `${base}grid:\n  name: [${JSON.stringify(name)}, b]\n`);
  await command("sweep", at("sweep.yaml"), "--out", at("out"), "--quiet", "--jobs", "1");
  await command("report", at("out"), "-o", at("sweep.html"));
  const html = readFileSync(at("sweep.html"), "utf8");
  expect(html).not.toContain("<script>alert");
  expect(html).toContain("default-src 'none'");
});
