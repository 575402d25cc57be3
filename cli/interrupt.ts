/** Runs `work` with a signal that Ctrl-C or a termination aborts. */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Interrupted("interrupted"));
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** The user ended the program: exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
