import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's browser; undefined where none is installed, as nothing is downloaded. */
export const chromiumPath = [
  process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find(existsSync);

/** For the names of tests that need it. */
export const unlessNone = "(skipped where no Chromium is installed)";

export function launched(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium is installed");
  // As root, Chromium refuses to start in its sandbox.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** What a page complained about and what it asked of others; both should stay empty. */
export interface Witness {
  readonly complaints: string[];
  readonly requests: string[];
}

/** Listens to a page before it opens its file. */
export function witnessed(page: Page): Witness {
  const witness: Witness = { complaints: [], requests: [] };
  page.on("console", (message) => {
    if (message.type() === "error") witness.complaints.push(message.text());
  });
  page.on("pageerror", (error) => witness.complaints.push(String(error)));
  page.on("request", (request) => witness.requests.push(request.url()));
  return witness;
}

/** Pixels of a canvas that are drawn on, in columns from the left: which of them have ink in `colour`. */
export async function inkedColumns(
  page: Page,
  selector: string,
  colour: readonly [number, number, number],
): Promise<boolean[]> {
  return await page.evaluate(
    `(() => {
      const canvas = document.querySelector(${JSON.stringify(selector)});
      const { width, height } = canvas;
      const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
      const wanted = ${JSON.stringify(colour)};
      return Array.from({ length: width }, (_, x) => {
        for (let y = 0; y < height; y++) {
          const at = 4 * (y * width + x);
          const near = wanted.every((part, i) => Math.abs(pixels[at + i] - part) < 60);
          if (near && pixels[at + 3] > 100) return true;
        }
        return false;
      });
    })()`,
  );
}
