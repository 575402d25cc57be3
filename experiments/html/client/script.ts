/** Parts of a page's script in one scope of their own: each is text, as pages load nothing. */
export function scriptHtml(parts: readonly string[]): string {
  return `<script>(() => {\n"use strict";\n${[shared, ...parts].join("\n")}\n})();</script>`;
}

/** What is drawn by a script is drawn again for paper, for another width, in light or dark. */
const shared = `
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const figure = (value) => value === null || value === undefined ? "–" :
  Number.isInteger(value) ? value.toLocaleString("en-US") :
  Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 12 });
const paperWidth = 680;
let onPaper = false;
const repaints = [];
const repaint = () => { for (const again of repaints) again(); };
const widthOf = (element) => onPaper ? paperWidth : Math.max(200, element.clientWidth);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
matchMedia("print").addEventListener("change", ({ matches }) => { onPaper = matches; repaint(); });
addEventListener("beforeprint", () => { onPaper = true; repaint(); });
addEventListener("afterprint", () => { onPaper = false; repaint(); });
let pending = 0;
addEventListener("resize", () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(repaint); });
const plainKey = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;`;
