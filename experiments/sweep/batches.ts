interface Batches<Answer> {
  /** Of the items. */
  readonly count: number;
  /** How many batches are under way at a time. */
  readonly lanes: number;
  readonly run: (items: readonly number[]) => Promise<Answer>;
  readonly onAnswer: (answer: Answer) => void;
  /** Ends it, with its reason. */
  readonly signal: AbortSignal | undefined;
}

/** A message costs a tenth of a millisecond: a batch takes this long, so that it doesn't count. */
const aimMs = 40;
const mostItems = 128;

/**
 * Does items in batches, begun in order. They grow until one takes 40 ms, and shrink towards the end,
 * lest one lane works alone. Ends with the first that rejects.
 */
export async function inBatches<Answer>(
  items: Iterator<number>,
  { count, lanes, run, onAnswer, signal }: Batches<Answer>,
): Promise<void> {
  let left = count;
  let size = 1;
  let isOver = false;
  const next = (): readonly number[] => {
    const batch = taken(items, Math.max(1, Math.min(size, Math.floor(left / (2 * lanes)))));
    left -= batch.length;
    return batch;
  };
  const lane = async () => {
    for (let batch = next(); batch.length > 0 && !isOver; batch = next()) {
      const startedMs = performance.now();
      const answer = await run(batch);
      if (isOver) return;
      const itemMs = (performance.now() - startedMs) / batch.length;
      size = Math.min(mostItems, 2 * size, Math.max(1, Math.floor(aimMs / itemMs)));
      onAnswer(answer);
    }
  };
  const abort = aborted(signal);
  try {
    await Promise.race([Promise.all(Array.from({ length: lanes }, lane)), abort.rejects]);
  } finally {
    isOver = true;
    abort.stop();
  }
}

function taken(items: Iterator<number>, most: number): number[] {
  const batch: number[] = [];
  while (batch.length < most) {
    const item = items.next();
    if (item.done === true) break;
    batch.push(item.value);
  }
  return batch;
}

function aborted(signal: AbortSignal | undefined) {
  let reject = (_: unknown) => {};
  const rejects = new Promise<never>((_, no) => {
    reject = no;
  });
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted === true) abort();
  return { rejects, stop: () => signal?.removeEventListener("abort", abort) };
}
