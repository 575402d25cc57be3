/** Half the square of a residual up to `delta`, and beyond it a straight line. */
export function huber(residual: number, delta: number): number {
  const size = Math.abs(residual);
  return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
}

/** The weight under which a least square pulls as Huber's loss does. */
export function huberWeight(residual: number, delta: number): number {
  const size = Math.abs(residual);
  return size <= delta ? 1 : delta / size;
}
