import type { ReplicaConfig } from "../replicaConfig.ts";
import type { RequestRecord } from "../request.ts";
import type { Joules, ReplicaId, Tokens } from "../units.ts";
import { Groups, type GroupTotals } from "./groups.ts";
import type { Recorder } from "./recorder.ts";

/** Replicas that are alike, one after the other. */
export interface Pool {
  readonly name: string;
  readonly replicas: number;
}

/** What the replicas of one pool took and gave. */
export interface PoolTotals {
  readonly name: string;
  readonly replicas: number;
  readonly gpus: number;
  /** Those that ended on its replicas. */
  readonly requests: GroupTotals;
  readonly energy: {
    /** Integral of the power of its GPUs. */
    readonly gpuJ: Joules;
    readonly prefillJ: Joules;
    readonly decodeJ: Joules;
    readonly wastedJ: Joules;
    readonly idleJ: Joules;
  };
  /** Emitted by its replicas, and prompt tokens that they computed for the first time. */
  readonly outputTokens: Tokens;
  readonly computedPromptTokens: Tokens;
  readonly busyGpuS: number;
}

interface Sums {
  runJ: Joules;
  prefillJ: Joules;
  decodeJ: Joules;
  wastedJ: Joules;
  idleJ: Joules;
  busyGpuS: number;
  outputTokens: Tokens;
  computedPromptTokens: Tokens;
}

/**
 * Parts the books of a run by pools. All replicas write into one recorder; what was added to it
 * since the last look belongs to the pool whose replica was at work, so a run without pools pays nothing.
 */
export class PoolBooks {
  readonly #recorder: Recorder;
  readonly #pools: readonly (Pool & { readonly gpus: number; readonly sums: Sums })[];
  readonly #poolIds: readonly number[];
  readonly #groups: Groups;
  #atWorkId: number | undefined;
  #seen = sumsOf();

  constructor(recorder: Recorder, pools: readonly Pool[], replicas: readonly ReplicaConfig[]) {
    this.#recorder = recorder;
    this.#poolIds = pools.flatMap(({ replicas: count }, index) => Array(count).fill(index));
    this.#pools = pools.map((pool, index) => {
      const own = replicas.filter((_, id) => this.#poolIds[id] === index);
      return { ...pool, gpus: own.reduce((sum, { gpus }) => sum + gpus, 0), sums: sumsOf() };
    });
    this.#groups = new Groups(pools.map(({ name }) => name));
  }

  /** From now on this replica books; undefined: none does. */
  enter(id: ReplicaId | undefined): void {
    const pool = id === undefined ? undefined : this.#poolIds[id];
    if (pool === this.#atWorkId) return;
    this.#settle();
    this.#atWorkId = pool;
  }

  add(record: RequestRecord, isGood: boolean): void {
    const pool = this.#pools[this.#poolIds[record.replica ?? -1] ?? -1];
    if (pool !== undefined) this.#groups.add(pool.name, record, isGood);
  }

  totals(): PoolTotals[] {
    this.#settle();
    const groups = this.#groups.totals();
    return this.#pools.flatMap(({ name, replicas, gpus, sums }, index) => {
      const { runJ, prefillJ, decodeJ, wastedJ, idleJ, ...counts } = sums;
      const requests = groups[index];
      if (requests === undefined) return [];
      const energy = { gpuJ: runJ + idleJ, prefillJ, decodeJ, wastedJ, idleJ };
      return [{ name, replicas, gpus, requests, energy, ...counts }];
    });
  }

  #settle(): void {
    const now = sumsOf(this.#recorder);
    const sums = this.#pools[this.#atWorkId ?? -1]?.sums;
    if (sums !== undefined) {
      for (const key of keys) sums[key] += now[key] - this.#seen[key];
    }
    this.#seen = now;
  }
}

const keys = [
  "runJ",
  "prefillJ",
  "decodeJ",
  "wastedJ",
  "idleJ",
  "busyGpuS",
  "outputTokens",
  "computedPromptTokens",
] as const satisfies (keyof Sums)[];

function sumsOf(recorder?: Recorder): Sums {
  const { energy, time, tokens } = recorder ?? {};
  return {
    runJ: energy?.runJ ?? 0,
    prefillJ: energy?.prefillJ ?? 0,
    decodeJ: energy?.decodeJ ?? 0,
    wastedJ: energy?.wastedJ ?? 0,
    idleJ: energy?.idleJ ?? 0,
    busyGpuS: time?.busyGpuS ?? 0,
    outputTokens: tokens?.output ?? 0,
    computedPromptTokens: tokens?.computedPrompt ?? 0,
  };
}
