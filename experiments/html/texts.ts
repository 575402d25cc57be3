import { escaped } from "../paper/html/escaped.ts";
import { memberOf } from "../scenario/schemaTree.ts";

export function textAt(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" ? member : undefined;
}

export function listAt(value: unknown, key: string): string[] {
  const list = memberOf(value, key);
  return Array.isArray(list)
    ? list.map((item) => (typeof item === "string" ? item : JSON.stringify(item)))
    : [];
}

/** What to know before trusting a page; nothing where there is nothing. */
export function notesHtml(title: string, notes: readonly string[]): string[] {
  if (notes.length === 0) return [];
  const items = notes.map((note) => `<li>${escaped(note)}</li>`);
  return [`<aside class="notes"><h2>${title}</h2><ul>${items.join("")}</ul></aside>`];
}

/** Text to copy: a scenario. */
export function copyableHtml(id: string, label: string, text: string): string {
  return (
    `<p><button type="button" data-copy="${id}" hidden>Copy</button> <span role="status" class="faint"></span></p>` +
    `<pre id="${id}" tabindex="0" role="region" aria-label="${label}">${escaped(text)}</pre>`
  );
}
