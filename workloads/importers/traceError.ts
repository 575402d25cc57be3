interface Fault {
  /** The number of the line in the file, from 1. */
  readonly row: number;
  /** What stands there; undefined where `expected` says it. */
  readonly text?: string | undefined;
  readonly expected: string;
  readonly missing?: MissingName | undefined;
}

/** A name that the file lacks, and those that it has. */
interface MissingName {
  readonly name: string;
  readonly among: readonly string[];
}

/** A trace that cannot be read, and where. `row` is the number of the line in the file, from 1. */
export class TraceError extends Error {
  override readonly name = "TraceError";
  readonly row: number;
  /** What stands there. */
  readonly text: string | undefined;
  readonly expected: string;
  readonly missing: MissingName | undefined;

  constructor({ row, text, expected, missing }: Fault) {
    super(`row ${row}: expected ${expected}${text === undefined ? "" : `, found ${quoted(text)}`}`);
    this.row = row;
    this.text = text;
    this.expected = expected;
    this.missing = missing;
  }
}

function quoted(text: string): string {
  if (text === "") return "nothing";
  const longest = 80;
  return text.length <= longest ? `"${text}"` : `"${text.slice(0, longest)}…"`;
}
