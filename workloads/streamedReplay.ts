import type { Tokens } from "../sim/units.ts";
import type { ArrivalProcess } from "./arrivals/arrivalProcess.ts";
import { promptRoom } from "./chosenRows.ts";
import type { LengthPairs } from "./lengths/lengthPairs.ts";
import type { TimedRequest } from "./streamedTrace.ts";

interface Streamed {
  /** Each `next` is asked for after the time of the same request. */
  readonly pairs: LengthPairs;
  readonly arrivals: ArrivalProcess;
  /** Of all requests: reads those that were not asked for. */
  promptCuts(): number;
}

interface Source {
  readonly rows: { next(): TimedRequest };
  /** How many there are. */
  readonly requests: number;
  /** Prompts are cut to it; undefined: they are not. */
  readonly contextTokens: Tokens | undefined;
}

/** The times and lengths of a trace that is read while it is replayed. */
export function streamedReplay({ rows, requests, contextTokens }: Source): Streamed {
  let left = requests;
  let promptCuts = 0;
  let current: TimedRequest | undefined;
  const advance = (): TimedRequest => {
    const read = rows.next();
    left--;
    if (contextTokens === undefined) return read;
    const promptTokens = Math.min(read.promptTokens, promptRoom(contextTokens, read.outputTokens));
    promptCuts += Number(promptTokens < read.promptTokens);
    return { ...read, promptTokens };
  };
  return {
    arrivals: {
      nextS() {
        current = advance();
        return current.arrivalS;
      },
    },
    pairs: {
      next() {
        if (current === undefined) throw new Error("invariant broken: a body before its time");
        return { promptTokens: current.promptTokens, outputTokens: current.outputTokens };
      },
      promptCuts: 0,
      outputCuts: 0,
    },
    promptCuts() {
      while (contextTokens !== undefined && left > 0) advance();
      return promptCuts;
    },
  };
}
