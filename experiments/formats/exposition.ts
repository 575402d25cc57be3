type Labels = Readonly<Record<string, string>>;

/** How many values lie at or below each bound, their number and their sum. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.count++;
    this.sum += value;
    const place = this.bounds.findIndex((bound) => value <= bound);
    if (place >= 0) this.counts[place] = (this.counts[place] ?? 0) + 1;
  }
}

/** Text that Prometheus reads: its exposition format, version 0.0.4. */
export class Exposition {
  readonly #common: Labels;
  readonly #lines: string[] = [];

  constructor(common: Labels) {
    this.#common = common;
  }

  gauge(name: string, help: string, value: number, labels: Labels = this.#common): void {
    this.#head(name, help, "gauge");
    this.#sample(name, value, labels);
  }

  counter(name: string, help: string, value: number, labels: Labels = {}): void {
    this.#head(name, help, "counter");
    this.#sample(name, value, { ...this.#common, ...labels });
  }

  histogram(name: string, help: string, { bounds, counts, count, sum }: Histogram): void {
    this.#head(name, help, "histogram");
    let below = 0;
    for (const [place, bound] of bounds.entries()) {
      below += counts[place] ?? 0;
      this.#sample(`${name}_bucket`, below, { ...this.#common, le: String(bound) });
    }
    this.#sample(`${name}_bucket`, count, { ...this.#common, le: "+Inf" });
    this.#sample(`${name}_sum`, sum, this.#common);
    this.#sample(`${name}_count`, count, this.#common);
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  #head(name: string, help: string, type: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, value: number, labels: Labels): void {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    this.#lines.push(`${name}{${pairs.join(",")}} ${value}`);
  }
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
