/** A workload that cannot be drawn from: `parameter` is the one at fault, for the caller to locate. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  readonly parameter: string;

  constructor(
    parameter: string,
    { expected, found }: { expected: string; found: number | string },
  ) {
    super(`${parameter}: expected ${expected}, found ${found}`);
    this.parameter = parameter;
  }
}

export function expectPositive(parameter: string, found: number): void {
  if (found > 0 && found < Infinity) return;
  throw new ParameterError(parameter, { expected: "a number above 0", found });
}

export function expectNotNegative(parameter: string, found: number): void {
  if (found >= 0 && found < Infinity) return;
  throw new ParameterError(parameter, { expected: "a number of 0 or more", found });
}

export function expectWhole(parameter: string, found: number): void {
  if (Number.isSafeInteger(found) && found >= 1) return;
  throw new ParameterError(parameter, { expected: "a whole number from 1", found });
}
