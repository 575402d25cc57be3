import type { Seconds, Watts } from "../../sim/units.ts";
import { UserError } from "../errors.ts";

/** What one GPU drew, in the order of time. */
export interface GpuSamples {
  readonly gpu: string;
  readonly timesS: readonly Seconds[];
  readonly powerW: readonly Watts[];
}

/** Watts over time, or their mean where that is all the file tells. */
export interface PowerLog {
  readonly file: string;
  readonly gpus: readonly GpuSamples[];
  /** CodeCarbon's: no samples, but joules of a span. */
  readonly whole:
    | { readonly gpuW: Watts; readonly durationS: Seconds; readonly gpus: number }
    | undefined;
  /** False where samples say their order only. */
  readonly hasClock: boolean;
  readonly notes: readonly string[];
}

/** `312.45 W` is 312.45; `[N/A]` and the like are null; undefined is neither. */
export function wattsOf(field: string): number | null | undefined {
  const text = field.trim();
  if (/^(\[.*\]|n\/a|nan|-|)$/i.test(text)) return null;
  const found = /^(\d+(?:\.\d*)?(?:e[+-]?\d+)?) ?(mW|W|kW)?$/i.exec(text);
  if (found === null) return undefined;
  const unit = found[2]?.toLowerCase();
  return Number(found[1]) * (unit === "mw" ? 1e-3 : unit === "kw" ? 1e3 : 1);
}

/** Collects samples by GPU. */
export class Samples {
  readonly #gpus = new Map<string, { timeS: Seconds; powerW: Watts }[]>();
  #unknown = 0;

  add(gpu: string, timeS: Seconds, powerW: Watts | null): void {
    const rows = this.#gpus.get(gpu) ?? [];
    this.#gpus.set(gpu, rows);
    if (powerW === null) this.#unknown++;
    else rows.push({ timeS, powerW });
  }

  /** @throws UserError where nothing was measured. */
  finished(file: string): { gpus: GpuSamples[]; notes: string[] } {
    const silent = [...this.#gpus].filter(([, rows]) => rows.length === 0).map(([gpu]) => gpu);
    const gpus = [...this.#gpus].flatMap(([gpu, rows]) => {
      if (rows.length === 0) return [];
      const ordered = rows.toSorted((a, b) => a.timeS - b.timeS);
      const timesS = ordered.map(({ timeS }) => timeS);
      return [{ gpu, timesS, powerW: ordered.map(({ powerW }) => powerW) }];
    });
    if (gpus.length === 0) {
      throw new UserError({ place: { file }, message: "has no sample of watts" });
    }
    const notes = [
      ...(this.#unknown === 0 ? [] : [`${this.#unknown} samples are [N/A] and were left out`]),
      ...(silent.length === 0 ? [] : [`GPU ${silent.join(", ")} has no sample of watts`]),
    ];
    return { gpus, notes };
  }
}
