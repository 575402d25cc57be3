import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild-wasm";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { type ScenarioInput, simulate } from "../../experiments/index.ts";
import { chromiumPath, unlessNone } from "../support/chromium.ts";
import { built } from "./built.ts";

const scenario: ScenarioInput = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 2 },
  workload: { dataset: "azure-conv-2023", num_requests: 40 },
};
const input = "dist/experiments/browser.js";

/** What a page loads: one script, with what it exports under the name tokenwatt. */
const bundlers: Readonly<Record<string, () => Promise<string>>> = {
  async rolldown() {
    const bundle = await rolldown({
      input,
      platform: "browser",
      onLog: (_, { message }) => {
        throw new Error(message);
      },
    });
    const { output } = await bundle.generate({ format: "iife", name: "tokenwatt", minify: true });
    await bundle.close();
    return output[0].code;
  },
  async esbuild() {
    const bundle = await build({
      entryPoints: [input],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "tokenwatt",
      platform: "browser",
      logLevel: "silent",
    });
    expect(bundle.warnings).toEqual([]);
    return bundle.outputFiles[0]?.text ?? "";
  },
};

describe.each(Object.keys(bundlers))("bundled by %s", (bundler) => {
  let script = "";

  beforeAll(async () => {
    built();
    script = (await bundlers[bundler]?.()) ?? "";
  }, 120_000);

  test("a page asks for nothing of Node", () => {
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

  test.skipIf(chromiumPath === undefined)(
    `Chromium gives the digest that Node gives ${unlessNone}`,
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
        const dom = execFileSync(chromiumPath ?? "", [...flags, profile, "--dump-dom", page], {
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
});
