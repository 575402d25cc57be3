/** Whether a deployment with so much of what is searched keeps its promises. */
type Keeps = (amount: number) => Promise<boolean>;

/**
 * The fewest of `most` that keep, where more never do worse: doubling until some do, then halving the
 * gap, 2 log2 of the answer in trials. Undefined where even `most` do not.
 */
export async function fewest(most: number, keeps: Keeps): Promise<number | undefined> {
  let short = 0;
  let enough = 1;
  while (!(await keeps(enough))) {
    if (enough === most) return undefined;
    short = enough;
    enough = Math.min(2 * enough, most);
  }
  while (enough - short > 1) {
    const middle = Math.floor((short + enough) / 2);
    if (await keeps(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}

interface Reach {
  /** The first to be tried. */
  readonly start: number;
  /** How far from it the answer is looked for: from start / span to start x span. */
  readonly span: number;
  /** The answer is below the lowest that is known to fail by this ratio at most. */
  readonly precision: number;
}

interface Highest {
  readonly amount: number;
  /** What failed next to it; undefined where nothing in reach did. */
  readonly failed: number | undefined;
}

/** The highest amount that keeps, where less never does worse. Undefined where nothing in reach does. */
export async function highest(reach: Reach, keeps: Keeps): Promise<Highest | undefined> {
  const doubled = (await keeps(reach.start))
    ? await upwards(reach, keeps)
    : await downwards(reach, keeps);
  if (doubled?.failed === undefined) return doubled;
  let { amount, failed } = doubled;
  while (failed / amount > reach.precision) {
    const middle = Math.sqrt(amount * failed);
    if (await keeps(middle)) amount = middle;
    else failed = middle;
  }
  return { amount, failed };
}

async function upwards({ start, span }: Reach, keeps: Keeps): Promise<Highest> {
  let amount = start;
  while (amount < start * span) {
    if (!(await keeps(2 * amount))) return { amount, failed: 2 * amount };
    amount *= 2;
  }
  return { amount, failed: undefined };
}

async function downwards({ start, span }: Reach, keeps: Keeps): Promise<Highest | undefined> {
  let failed = start;
  while (failed > start / span) {
    if (await keeps(failed / 2)) return { amount: failed / 2, failed };
    failed /= 2;
  }
  return undefined;
}
