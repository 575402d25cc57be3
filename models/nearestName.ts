/**
 * The name that `name` was probably meant to be: without regard to case, and also by the part after
 * the last "/". A name that contains it, or that it contains, beats a misspelling. Undefined where
 * more than a third of its letters would have to change.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const distance = Math.min(
      distanceBetween(name.toLowerCase(), candidate.toLowerCase()),
      distanceBetween(lastPart(name), lastPart(candidate)),
    );
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return least <= Math.ceil(name.length / 3) ? nearest : undefined;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}

/** Letters to change; where one contains the other, less than 1, and less the fewer are missing. */
function distanceBetween(a: string, b: string): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= 3 && long.includes(short)) return 1 - short.length / long.length;
  return editDistance(a, b);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      const removed = (row[column] ?? 0) + 1;
      const added = (next[column - 1] ?? 0) + 1;
      next.push(Math.min(replaced, removed, added));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
