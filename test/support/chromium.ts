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

/** Texts whose contrast with the nearest ground is below 4.5, as WCAG 2 counts it. */
export const lowContrast = `(() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const groundOf = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    if (!own || element.closest("noscript") || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(parts(ink)), light(groundOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(element.tagName + " " + element.textContent.slice(0, 30) + " " + contrast.toFixed(2));
  }
  return found;
})()`;
