import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/**
 * Measures and photographs the pages of docs/reports.md: node bench/reports.mjs. Takes Chromium where Debian
 * installs it, or where CHROMIUM says.
 */
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "tokenwatt-reports-"));
const at = (name) => join(folder, name);
const tokenwatt = (...words) =>
  execFileSync(process.execPath, [join(root, "bin/tokenwatt.js"), ...words], { stdio: "ignore" });
const sweep = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { dataset: azure-conv-2023, num_requests: 200 }
grid:
  cluster.gpu: [H100-SXM, H200-SXM, A100-SXM, L40S, B200-SXM]
  engine.max_num_seqs: [8, 16, 32, 64, 128]
  cluster.replicas: [1, 2, 4, 8, 16]
  engine.max_num_batched_tokens: [1024, 2048, 4096, 8192]
`;
const long = [
  "run",
  join(root, "scenarios/quickstart.yaml"),
  ...[
    "--set",
    "workload={arrivals: {kind: constant, rate_rps: 0.05}, lengths: {input: {kind: fixed, tokens: 512}, output: {kind: fixed, tokens: 900}}, num_requests: 10000}",
  ],
];

tokenwatt(
  ...["run", join(root, "scenarios/quickstart.yaml"), "--report", at("hour.html")],
  ...["--set", 'slo={"ttft_ms": 150, "tpot_ms": 12, "e2e_ms": null}'],
);
tokenwatt(...long, "--report", at("long.html"));
writeFileSync(at("sweep.yaml"), sweep);
tokenwatt("sweep", at("sweep.yaml"), "--out", at("sweep"));
tokenwatt("report", at("sweep"), "-o", at("sweep.html"));
tokenwatt("plan", join(root, "scenarios/plans/gpus-70b.yaml"), "--json", at("plan.json"));
tokenwatt("report", at("plan.json"), "-o", at("plan.html"));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

/** In milliseconds, the median of five openings. */
async function timesOf(name, act) {
  const all = [];
  for (let time = 0; time < 5; time++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(at(name)).href);
    const paintMs = await page.evaluate(
      `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()[0].startTime))
        .observe({ type: "paint", buffered: true }))`,
    );
    const readyMs = await page.evaluate(
      "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd",
    );
    const actMs = await page.evaluate(act);
    all.push({ paintMs, readyMs, actMs });
    await page.close();
  }
  const median = (key) => all.map((one) => one[key]).sort((a, b) => a - b)[2];
  return ["paintMs", "readyMs", "actMs"].map((key) => Math.round(median(key)));
}

/** From an event until the frame after the one that answers it. */
const untilPainted = (event) => `(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const from = performance.now();
  ${event}
  await frame(); await frame();
  return performance.now() - from;
})()`;
const zoom = untilPainted(
  `document.querySelector("[data-series]").dispatchEvent(new KeyboardEvent("keydown", { key: "+" }));`,
);
const hover = untilPainted(
  `document.getElementById("scatter").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp" }));`,
);

for (const [name, act] of [
  ["hour.html", zoom],
  ["long.html", zoom],
  ["sweep.html", hover],
  ["plan.html", hover],
]) {
  const [paintMs, readyMs, actMs] = await timesOf(name, act);
  const kilobytes = Math.round(statSync(at(name)).size / 1000);
  process.stdout.write(
    `| ${name} | ${kilobytes} KB | ${paintMs} ms | ${readyMs} ms | ${actMs} ms |\n`,
  );
}

async function photograph(name, picture, height, colorScheme = "light", fromTop = 0) {
  const page = await browser.newPage({ viewport: { width: 1000, height }, colorScheme });
  await page.goto(pathToFileURL(at(name)).href);
  await page.evaluate(`scrollTo(0, ${fromTop})`);
  await page.screenshot({ path: join(root, "docs/reports", `${picture}.png`) });
  await page.close();
}
await photograph("hour.html", "run", 1060);
await photograph("hour.html", "run-dark", 760, "dark");
await photograph("sweep.html", "sweep", 1030);
await photograph("plan.html", "plan", 1000);
await browser.close();
rmSync(folder, { recursive: true });
