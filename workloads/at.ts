/** One value of a column. An index beyond it is our own mistake. */
export function at(column: Float64Array | Uint32Array, index: number): number {
  const value = column[index];
  if (value === undefined) {
    throw new Error(`invariant broken: index ${index} in a column of ${column.length}`);
  }
  return value;
}
