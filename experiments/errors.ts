/** Where in a file a problem sits: line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** One thing wrong with what the user gave. */
export interface Problem {
  readonly place?: Place | undefined;
  /** The key's path, as `engine.max_num_seqs`. */
  readonly key?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The user's input is wrong: exit code 2, a message without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const all = "message" in problems ? [problems] : problems;
    super(all.map(problemText).join("\n"));
    this.problems = all;
  }
}

/** "file:line:column: key: message", and the hint on a line of its own. */
export function problemText({ place, key, message, hint }: Problem): string {
  const where = [placeText(place), key].filter((part) => part !== undefined && part !== "");
  const text = [...where, message].join(": ");
  return hint === undefined ? text : `${text}\n  ${hint}`;
}

function placeText(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const { file, line, column } = place;
  if (line === undefined) return file;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** The simulated deployment cannot go on, out of memory or stuck: exit code 1. */
export class RunError extends Error {
  override readonly name = "RunError";
}
