const usual: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/**
 * Runs `work` with a signal that Ctrl-C or a termination aborts. Whoever draws on the terminal hears of
 * its end, too; others don't, as they may be meant to outlive it (nohup).
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { outlivesTerminal = true } = {},
): Promise<Result> {
  const signals = outlivesTerminal ? usual : [...usual, "SIGHUP" as const];
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Interrupted("interrupted"));
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** The user ended the program: exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
