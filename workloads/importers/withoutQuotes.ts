/**
 * The fields of a line of CSV, those in quotes without them (RFC 4180); undefined where a quote is
 * not closed on the line or more than a separator follows it.
 */
export function withoutQuotes(line: string, separator: string): readonly string[] | undefined {
  const fields: string[] = [];
  let start = 0;
  while (start <= line.length) {
    const isQuoted = line.startsWith('"', start);
    const end = isQuoted ? quoteEnd(line, start) : ends(line, separator, start);
    if (end === undefined) return undefined;
    const text = line.slice(start, end);
    fields.push(isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text);
    if (end < line.length && !line.startsWith(separator, end)) return undefined;
    start = end + 1;
  }
  return fields;
}

function ends(line: string, separator: string, start: number): number {
  const found = line.indexOf(separator, start);
  return found < 0 ? line.length : found;
}

/** Behind the quote that closes the one at `start`; two together are one that was meant. */
function quoteEnd(line: string, start: number): number | undefined {
  let quote = line.indexOf('"', start + 1);
  while (quote >= 0 && line.startsWith('"', quote + 1)) quote = line.indexOf('"', quote + 2);
  return quote < 0 ? undefined : quote + 1;
}
