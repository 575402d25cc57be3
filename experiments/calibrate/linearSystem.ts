/**
 * Solutions x of `matrix` x = b for each b of `rightSides`, by elimination with row exchanges.
 * undefined where the matrix is singular.
 */
export function solved(
  matrix: readonly (readonly number[])[],
  rightSides: readonly (readonly number[])[],
): number[][] | undefined {
  const rows = matrix.map((row, index) => [...row, ...rightSides.map((side) => side[index] ?? 0)]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = takePivot(rows, column);
    if (pivot === undefined) return undefined;
    for (const [index, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (index !== column && factor !== 0) subtract(row, pivot, factor);
    }
  }
  return rightSides.map((_, side) => rows.map((row) => row[rows.length + side] ?? 0));
}

/** Brings the largest entry below into place and scales its row to 1. */
function takePivot(rows: number[][], column: number): number[] | undefined {
  const size = (row: number[] | undefined) => Math.abs(row?.[column] ?? 0);
  let best = column;
  for (let index = column + 1; index < rows.length; index++) {
    if (size(rows[index]) > size(rows[best])) best = index;
  }
  const [here, pivot] = [rows[column], rows[best]];
  const scale = pivot?.[column] ?? 0;
  if (here === undefined || pivot === undefined || !(Math.abs(scale) > Number.MIN_VALUE)) {
    return undefined;
  }
  rows[best] = here;
  rows[column] = pivot;
  for (const [index, value] of pivot.entries()) pivot[index] = value / scale;
  return pivot;
}

function subtract(row: number[], pivot: readonly number[], factor: number): void {
  for (const [index, value] of pivot.entries()) row[index] = (row[index] ?? 0) - factor * value;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
