import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { beforeAll, expect, test } from "vitest";
import { type ScenarioInput, simulate } from "../../experiments/index.ts";
import { built } from "./built.ts";

const scenario: ScenarioInput = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 2 },
  workload: { dataset: "azure-conv-2023", num_requests: 40 },
};
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
let script = "";

/** What a page loads: one script, in which nothing of Node is left. */
beforeAll(async () => {
  built();
  const bundle = await rolldown({
    input: "dist/experiments/browser.js",
    platform: "browser",
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "iife", name: "tokenwatt", minify: true });
  await bundle.close();
  script = output[0].code;
});

test("the bundle of a page asks for nothing of Node", () => {
  expect(script).not.toMatch(/["'`]node:|\brequire\(/);
});

test("a context without Node's names gives the digest that Node gives", async () => {
  const page = createContext({ performance, setTimeout, TextEncoder, structuredClone });
  runInContext(script, page);
  page["scenario"] = JSON.stringify(scenario);
  const digest: unknown = await runInContext(
    "tokenwatt.simulate(JSON.parse(scenario)).then(({ digest }) => digest)",
    page,
  );
  expect(digest).toBe((await simulate(scenario)).digest);
  const refused: unknown = await runInContext(
    "tokenwatt.simulate({ ...JSON.parse(scenario), llm: './config.json' }).catch(String)",
    page,
  );
  expect(refused).toMatch(/llm: is a file, which a web page can't read/);
});

test.skipIf(chromium === undefined)(
  "Chromium gives the digest that Node gives (skipped where it isn't installed)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tokenwatt-page-"));
    try {
      writeFileSync(join(folder, "tokenwatt.js"), script);
      writeFileSync(
        join(folder, "page.html"),
        `<!doctype html><meta charset="utf-8"><body><script src="tokenwatt.js"></script><script>
        tokenwatt.simulate(${JSON.stringify(scenario)}).then(
          (result) => { document.body.textContent = "digest " + result.digest + " of " + result.tokenwatt_version; },
          (error) => { document.body.textContent = "failed: " + error; },
        );</script>`,
      );
      const flags = ["--headless", "--no-sandbox", "--disable-gpu"];
      const profile = `--user-data-dir=${join(folder, "profile")}`;
      const page = `file://${join(folder, "page.html")}`;
      const dom = execFileSync(chromium ?? "", [...flags, profile, "--dump-dom", page], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      const { digest, tokenwatt_version } = await simulate(scenario);
      expect(dom).toContain(`digest ${digest} of ${tokenwatt_version}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
