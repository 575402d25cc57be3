import type { Tokens } from "../sim/units.ts";
import type { LengthSummary } from "./dataset.ts";

/** How often each length comes: exact quantiles of any number of requests without keeping them. */
interface LengthCounts {
  add(tokens: Tokens): void;
  /** Of at least one. */
  summary(): LengthSummary;
}

interface Count {
  readonly tokens: Tokens;
  readonly requests: number;
}

/** Longer ones are rare, and are counted apart: 8 MB at most for all others. */
const longestDense = 2 ** 20;

export function lengthCounts(): LengthCounts {
  let dense = new Float64Array(1024);
  const long = new Map<Tokens, number>();
  return {
    add(tokens) {
      if (tokens >= longestDense) {
        long.set(tokens, (long.get(tokens) ?? 0) + 1);
        return;
      }
      while (tokens >= dense.length) {
        const larger = new Float64Array(2 * dense.length);
        larger.set(dense);
        dense = larger;
      }
      dense[tokens] = (dense[tokens] ?? 0) + 1;
    },
    summary() {
      const counts: Count[] = [];
      dense.forEach((requests, tokens) => {
        if (requests > 0) counts.push({ tokens, requests });
      });
      const rest = [...long].sort(([a], [b]) => a - b);
      return summaryOf([...counts, ...rest.map(([tokens, requests]) => ({ tokens, requests }))]);
    },
  };
}

function summaryOf(rising: readonly Count[]): LengthSummary {
  const requests = sumOf(rising, (count) => count.requests);
  const mean = sumOf(rising, (count) => count.requests * count.tokens) / requests;
  const squares = sumOf(rising, (count) => count.requests * (count.tokens - mean) ** 2);
  // Linear between the neighbours, as numpy does.
  const quantile = (ratio: number): Tokens => {
    const position = (requests - 1) * ratio;
    const below = tokensAt(rising, Math.floor(position));
    const above = tokensAt(rising, Math.ceil(position));
    return below + (position - Math.floor(position)) * (above - below);
  };
  return {
    mean,
    std: Math.sqrt(squares / requests),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max: tokensAt(rising, requests - 1),
  };
}

/** Of the request of this rank, from 0. */
function tokensAt(rising: readonly Count[], rank: number): Tokens {
  let before = 0;
  for (const { tokens, requests } of rising) {
    before += requests;
    if (before > rank) return tokens;
  }
  throw new Error(`invariant broken: rank ${rank} of ${before} requests`);
}

function sumOf(counts: readonly Count[], term: (count: Count) => number): number {
  return counts.reduce((sum, count) => sum + term(count), 0);
}
