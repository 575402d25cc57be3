import { readFileSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chromiumPath,
  inkedColumns,
  launched,
  lowContrast,
  unlessNone,
  type Witness,
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

interface Opened {
  readonly page: Page;
  readonly witness: Witness;
}

async function opened(html: string, scheme: "light" | "dark" = "light"): Promise<Opened> {
  if (browser === undefined) throw new Error("no browser");
  const context = await browser.newContext({
    viewport: { width: 1000, height: 900 },
    colorScheme: scheme,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const witness = witnessed(page);
  await page.goto(pathToFileURL(html).href);
  return { page, witness };
}

/** Only the page itself was asked for, and nothing was wrong in it. */
function expectQuiet({ page, witness }: Opened): void {
  expect(witness.complaints).toEqual([]);
  expect(witness.requests).toEqual([page.url()]);
}

const run = async (...words: readonly string[]) => {
  const slo = ["--set", 'slo={"ttft_ms": 60, "tpot_ms": 20, "e2e_ms": null}'];
  const more = ["--set", "cluster.replicas=2", "--set", "workload.num_requests=300", ...slo];
  const flags = ["--report", at("run.html"), "--json", at("result.json"), "--quiet"];
  const ended = await command("run", at("small.yaml"), ...more, ...flags, ...words);
  expect(ended).toEqual({ code: 0, out: "", err: "" });
  return at("run.html");
};

const power = '[data-series="gpuW"]';
const orange = [213, 94, 0] as const;

describe.skipIf(chromiumPath === undefined)(`the page of a run in Chromium ${unlessNone}`, () => {
  test("draws its series from end to end, asks for nothing and complains of nothing", async () => {
    const html = await run();
    const { page, witness } = await opened(html);
    const inked = await inkedColumns(page, `${power} canvas`, orange);
    const first = inked.indexOf(true);
    const last = inked.lastIndexOf(true);
    // Of the chart's width all but the axis on its left.
    expect(last - first).toBeGreaterThan(0.85 * inked.length);
    const drawn = inked.slice(first, last + 1).filter(Boolean).length;
    expect(drawn / (last - first + 1)).toBeGreaterThan(0.99);
    for (const series of ["batch", "kvPercent"]) {
      const canvas = `[data-series="${series}"] canvas`;
      const colour = series === "batch" ? ([0, 114, 178] as const) : ([0, 158, 115] as const);
      expect((await inkedColumns(page, canvas, colour)).filter(Boolean).length).toBeGreaterThan(
        500,
      );
    }
    expectQuiet({ page, witness });
    expect(statSync(html).size - seriesBytes(html)).toBeLessThan(400_000);
    await page.context().close();
  });

  test("reads a value under the pointer, zooms by dragging and goes back", async () => {
    const { page, witness } = await opened(await run());
    const chart = page.locator(`${power} .u-over`);
    const { width } = (await chart.boundingBox()) ?? { width: 0 };
    await chart.hover({ position: { x: width / 2, y: 40 } });
    const output = page.locator("h3.over output").first();
    expect(await output.textContent()).toMatch(/^[\d,.]+ W at \d+ s$/);
    const whole = await shownSpan(page);
    await page.mouse.down();
    await page.mouse.move(...(await pointIn(page, 0.75)), { steps: 4 });
    await page.mouse.up();
    const zoomed = await shownSpan(page);
    expect(zoomed).toBeLessThan(0.4 * whole);
    expect(await shownSpan(page, "batch")).toBe(zoomed);
    await page.getByRole("button", { name: "Whole run" }).click();
    expect(await shownSpan(page)).toBe(whole);
    expectQuiet({ page, witness });
    await page.context().close();
  });

  test("does the same from the keyboard", async () => {
    const { page, witness } = await opened(await run());
    const whole = await shownSpan(page);
    await page.locator(power).focus();
    await page.keyboard.press("+");
    expect(await shownSpan(page)).toBeCloseTo(whole / 2, 0);
    await page.keyboard.press("Shift+ArrowRight");
    expect(await page.locator("h3.over output").first().textContent()).toMatch(/W at \d+ s$/);
    await page.keyboard.press("0");
    expect(await shownSpan(page)).toBe(whole);
    await page.locator("[data-bars]").first().focus();
    await page.keyboard.press("ArrowRight");
    const told = await page.locator("figure output").first().textContent();
    expect(told).toMatch(/^[\d.]+ ms to [\d.]+ ms: [\d.<]+ %; [\d.<]+ % take no longer$/);
    await page.keyboard.press("Escape");
    expect(await page.locator("figure output").first().textContent()).toMatch(
      /% within the slo of 60.0 ms$/,
    );
    expectQuiet({ page, witness });
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)(`a page of two days in Chromium ${unlessNone}`, () => {
  test("draws 200,000 seconds, reads and zooms to the last of them", async () => {
    const slow =
      "workload={arrivals: {kind: constant, rate_rps: 0.05}, lengths: {input: {kind: fixed, tokens: 512}, " +
      "output: {kind: fixed, tokens: 900}}, num_requests: 10000}";
    const { page, witness } = await opened(await run("--set", slow));
    const whole = await shownSpan(page);
    expect(whole).toBeGreaterThan(199_000);
    const inked = await inkedColumns(page, `${power} canvas`, orange);
    expect(inked.filter(Boolean).length).toBeGreaterThan(0.85 * inked.length);
    await page.locator(power).focus();
    for (let halved = whole; halved > 200; halved /= 2) await page.keyboard.press("+");
    expect(await shownSpan(page)).toBeLessThan(200);
    await page.keyboard.press("Shift+ArrowRight");
    expect(await page.locator("h3.over output").first().textContent()).toMatch(/W at .+/);
    expectQuiet({ page, witness });
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)(`for readers in Chromium ${unlessNone}`, () => {
  test("sorts the replicas and copies the scenario as it ran", async () => {
    const { page, witness } = await opened(await run());
    const heading = page.getByRole("columnheader", { name: "completed" });
    const column = () =>
      page
        .getByRole("region", { name: "Replicas" })
        .locator("tbody td:nth-child(2)")
        .allTextContents();
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    const rising = (await column()).map(Number);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    await heading.getByRole("button").click();
    expect((await column()).map(Number)).toEqual(rising.toReversed());
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("copied", { exact: true }).waitFor();
    const yaml = await page.evaluate("navigator.clipboard.readText()");
    writeFileSync(at("copied.yaml"), String(yaml));
    const again = await command("run", at("copied.yaml"), "--json", "-", "--quiet");
    const { digest } = JSON.parse(readFileSync(at("result.json"), "utf8"));
    expect(JSON.parse(again.out).digest).toBe(digest);
    expectQuiet({ page, witness });
    await page.context().close();
  });

  test("changes its colours with the reader's system, and is light on paper", async () => {
    const { page, witness } = await opened(await run(), "dark");
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(22, 22, 24)");
    const bright = [255, 158, 94] as const;
    const inked = async (colour: readonly [number, number, number]) =>
      (await inkedColumns(page, `${power} canvas`, colour)).filter(Boolean).length;
    expect(await inked(bright)).toBeGreaterThan(500);
    await page.emulateMedia({ media: "print" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await expect.poll(() => inked(orange)).toBeGreaterThan(400);
    expect(await page.getByRole("button", { name: "Copy" }).isVisible()).toBe(false);
    const width = await page.evaluate(
      `document.querySelector('${power} canvas').getBoundingClientRect().width`,
    );
    expect(width).toBeLessThanOrEqual(700);
    const pdf = await page.pdf({ format: "A4", margin: { left: "1cm", right: "1cm" } });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expectQuiet({ page, witness });
    await page.context().close();
  });

  test("words stand out from their ground, light and dark", async () => {
    const html = await run();
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await opened(html, scheme);
      const faint = await page.evaluate(lowContrast);
      expect([scheme, faint]).toEqual([scheme, []]);
      await page.context().close();
    }
  });
});

/** Seconds that a chart shows. */
async function shownSpan(page: Page, series = "gpuW"): Promise<number> {
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
  return await page.evaluate(
    `Number(document.querySelector('[data-series="${series}"]').dataset.span)`,
  );
}

async function pointIn(page: Page, ratio: number): Promise<[number, number]> {
  const box = await page.locator(`${power} .u-over`).boundingBox();
  if (box === null) throw new Error("no chart");
  return [box.x + ratio * box.width, box.y + 40];
}

function seriesBytes(html: string): number {
  const text = readFileSync(html, "utf8");
  return /<script type="application\/json"[^>]*>.*?<\/script>/s.exec(text)?.[0].length ?? 0;
}
