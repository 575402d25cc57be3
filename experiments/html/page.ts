import { escaped } from "../paper/html/escaped.ts";
import { style } from "../paper/html/style.ts";

export interface Page {
  readonly title: string;
  /** HTML, in which what users wrote is escaped. */
  readonly body: readonly string[];
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** Even a mistake in the page could not reach a network. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** One file that needs nothing else. */
export function pageHtml({ title, body, styles, scripts }: Page): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${[style, ...styles].join("\n")}</style>`,
    "</head>",
    "<body>",
    "<main>",
    ...body,
    "</main>",
    ...scripts,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** Values for the scripts of a page; no name in them can end the element. */
export function dataScript(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${id}">${json}</script>`;
}
