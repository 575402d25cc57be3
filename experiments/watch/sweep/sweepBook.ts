import type { Manifest } from "../../sweep/manifest.ts";
import { rowFields } from "../../sweep/row.ts";
import { Cloud } from "./cloud.ts";
import { energyPlace, latencyPlaces, objectives } from "./figures.ts";
import { Front, type FrontPoint } from "./front.ts";
import type { SweepPoint, SweepView } from "./view.ts";

const mostReasons = 1000;

/** What is kept of the rows of a sweep while they come: a bit for each, two figures for each picture, the best. */
export class SweepBook {
  readonly #manifest: Manifest;
  readonly #given: readonly string[];
  readonly #columns: ReadonlyMap<string, number>;
  readonly #known: Uint8Array;
  #done = 0;
  #failed = 0;
  readonly #reasons = new Map<string, number>();
  readonly #best: (SweepPoint | undefined)[] = objectives.map(() => undefined);
  readonly #pictures = latencyPlaces.map((latency) => ({
    latency,
    cloud: new Cloud(),
    front: new Front<FrontPoint & SweepPoint>(),
  }));
  #currency = "";

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    const { axes, replications } = manifest.sweep;
    const paths = axes.flatMap((axis) => axis.paths);
    this.#given = replications > 1 ? [...paths, "replication"] : paths;
    this.#columns = new Map(manifest.columns.map((name, place) => [name, place]));
    this.#known = new Uint8Array(Math.ceil(manifest.points / 8));
  }

  /** The row of the point `index`, as it stands in a table; one that is known changes nothing. */
  add(index: number, text: string): void {
    if (index >= this.#manifest.points || !this.#isNew(index)) return;
    const fields = rowFields(text, "");
    const field = (name: string) => fields[this.#columns.get(name) ?? -1] ?? "";
    this.#done++;
    if (field("status") === "failed") {
      this.#fail(field("error"));
      return;
    }
    if (this.#currency === "") this.#currency = field("cost.currency");
    const figures = objectives.map(({ name, factor }) => {
      const figure = field(name);
      return figure === "" ? undefined : Number(figure) * factor;
    });
    const point = { index, given: this.#given.map(field), figures };
    for (const [place, figure] of figures.entries()) this.#compete(place, figure, point);
    for (const picture of this.#pictures) {
      const [across, up] = [figures[picture.latency], figures[energyPlace]];
      if (across === undefined || up === undefined) continue;
      picture.cloud.add(across, up);
      picture.front.add({ ...point, across, up });
    }
  }

  get done(): number {
    return this.#done;
  }

  view(): Omit<SweepView, "state" | "quietS" | "ratePerS" | "parts"> {
    return {
      name: this.#manifest.sweep_file,
      points: this.#manifest.points,
      done: this.#done,
      failed: this.#failed,
      reasons: [...this.#reasons].sort(([, a], [, b]) => b - a).slice(0, 5),
      given: this.#given,
      currency: this.#currency,
      best: [...this.#best],
      tradeoffs: this.#pictures.map(({ latency, cloud, front }) => ({
        latency,
        ...cloud.view(),
        front: front.points(),
      })),
    };
  }

  #isNew(index: number): boolean {
    const [byte, bit] = [index >> 3, 1 << (index & 7)];
    const before = this.#known[byte] ?? 0;
    this.#known[byte] = before | bit;
    return (before & bit) === 0;
  }

  #fail(reason: string): void {
    this.#failed++;
    const before = this.#reasons.get(reason);
    if (before === undefined && this.#reasons.size >= mostReasons) return;
    this.#reasons.set(reason, (before ?? 0) + 1);
  }

  /** Of equals the first of the grid, in whatever order they come. */
  #compete(place: number, figure: number | undefined, point: SweepPoint): void {
    if (figure === undefined) return;
    const best = this.#best[place];
    const other = best?.figures[place];
    if (best === undefined || other === undefined) {
      this.#best[place] = point;
      return;
    }
    const gain = objectives[place]?.more === true ? figure - other : other - figure;
    if (gain > 0 || (gain === 0 && point.index < best.index)) this.#best[place] = point;
  }
}
