/** A trace that cannot be read, and where. `row` is the number of the line in the file, from 1. */
export class TraceError extends Error {
  override readonly name = "TraceError";
  readonly row: number;
  /** What stands there. */
  readonly text: string;
  readonly expected: string;

  constructor({ row, text, expected }: { row: number; text: string; expected: string }) {
    super(`row ${row}: expected ${expected}, found ${quoted(text)}`);
    this.row = row;
    this.text = text;
    this.expected = expected;
  }
}

function quoted(text: string): string {
  if (text === "") return "nothing";
  const longest = 80;
  return text.length <= longest ? `"${text}"` : `"${text.slice(0, longest)}…"`;
}
