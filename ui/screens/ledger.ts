import { stacked } from "../bars.ts";
import { energyParts, totalJ, wasteKinds } from "../energyParts.ts";
import { type Line, span, type Tone } from "../line.ts";
import { percent, short } from "../numbers.ts";
import type { Scene, Screen } from "../screen.ts";

const joulesPerKwh = 3.6e6;

/** Who used the joules, and what they come to: what has no room is left out from the end on. */
export const ledger: Screen = (scene, { width, height }) => {
  const sumJ = totalJ(scene.view);
  const parts = energyParts(scene.view);
  const blocks = [
    [...phases(scene, sumJ), stacked(parts, width)],
    bill(scene, sumJ, width),
    classes(scene, sumJ),
    note(scene),
  ].filter((rows) => rows.length > 0);
  const rows = blocks.reduce((sum, block) => sum + block.length, 0);
  // Blank lines between them only where nothing is lost by it.
  const isLoose = rows + blocks.length - 1 <= height;
  return blocks
    .flatMap((block, place) => (isLoose && place > 0 ? [[], ...block] : block))
    .slice(0, height);
};

interface Entry {
  readonly glyph?: string;
  readonly tone?: Tone;
  readonly name: string;
  readonly joules: number;
  readonly outputTokens: number;
}

function phases({ view }: Scene, sumJ: number): Line[] {
  const { outputTokens } = view.snapshot;
  return [
    headings("Joules of the GPUs"),
    ...energyParts(view).flatMap(({ name, value, glyph, tone }) => [
      entry({ name, joules: value, outputTokens, glyph, tone }, sumJ),
      ...(name === "wasted"
        ? wasteKinds(view).map(([kind, joules]) =>
            entry({ name: `  ${kind}`, joules, outputTokens }, sumJ),
          )
        : []),
    ]),
    entry({ name: "together", joules: sumJ, outputTokens, tone: "bold" }, sumJ),
  ];
}

/** Idle time is nobody's, and running requests are booked when they end. */
function classes({ watched, view }: Scene, sumJ: number): Line[] {
  const { classes } = view.snapshot;
  if (classes.length === 0) return [];
  const levels = Object.values(watched.serviceLevels).filter((levelS) => levelS !== undefined);
  const hasLevels = levels.length > 0 || classes.some(({ good }) => good > 0);
  return [
    headings("Joules by request class", hasLevels ? "    done  in SLO" : "    done"),
    ...classes.map(({ name, energyJ, outputTokens, completed, good }) => [
      ...entry({ name, joules: energyJ, outputTokens }, sumJ),
      span(String(completed).padStart(8)),
      span(hasLevels ? (completed === 0 ? "–" : percent(good / completed)).padStart(8) : ""),
    ]),
  ];
}

function headings(title: string, more = ""): Line {
  const columns = `${"energy".padStart(10)}${"share".padStart(8)}${"J/output token".padStart(16)}`;
  return [span(title.padEnd(26) + columns + more, "bold")];
}

function entry({ glyph = " ", tone = "plain", name, joules, outputTokens }: Entry, sumJ: number) {
  const figures = [
    short(joules, "J").padStart(10),
    percent(sumJ === 0 ? 0 : joules / sumJ).padStart(8),
    per(joules, outputTokens).padStart(16),
  ];
  const nameTone = tone === "bold" ? tone : "plain";
  return [
    span(`${glyph} `, tone),
    span(name.slice(0, 23).padEnd(24), nameTone),
    span(figures.join(""), nameTone),
  ];
}

function bill({ watched, view }: Scene, sumJ: number, width: number): Line[] {
  const { pue, gPerKwh, pricePerKwh } = watched.site;
  const { completed } = view.snapshot;
  const kwh = (sumJ * pue) / joulesPerKwh;
  const more = oneMore(view);
  const rows = [
    ["Mean of a request", per(sumJ, completed), `of ${completed} completed`, "idle time in it"],
    ["One more request", ...more],
    ["With cooling", short(kwh * 1000, "Wh"), `PUE ${pue}`, "no hosts"],
    ["Carbon", short(kwh * gPerKwh, "g"), `${gPerKwh} g/kWh`, "operational"],
    ["Electricity", `$${(kwh * pricePerKwh).toPrecision(3)}`, `$${pricePerKwh} a kWh`, ""],
  ];
  return rows.map(([name = "", value = "", basis = "", also = ""]) => {
    const left = `  ${name}`.padEnd(26);
    const whole = also === "" ? basis : `${basis}, ${also}`;
    const isRoomy = left.length + 12 + whole.length <= width;
    return [
      span(left),
      span(value.padStart(10), "bold"),
      span(`  ${isRoomy ? whole : basis}`, "dim"),
    ];
  });
}

/** The margin, beside the mean: what batching is for. */
function oneMore({ typical, snapshot }: Scene["view"]): readonly string[] {
  if (typical === undefined) return ["–", "when one has completed"];
  if (snapshot.marginal === undefined) return ["–", "nobody can join a batch"];
  const { prefillJ, decodeJ, savedIdleJ, meanBatch } = snapshot.marginal;
  return [
    short(prefillJ + decodeJ - savedIdleJ, "J"),
    `joining ${meanBatch.toFixed(1)}`,
    `of ${typical.promptTokens} + ${typical.outputTokens} tokens`,
  ];
}

function note({ view }: Scene): Line[] {
  const running = energyParts(view).find(({ name }) => name === "running");
  if (running === undefined || running.value === 0) return [];
  return [
    [span("  Running: of requests that have not ended; booked by phase when they do.", "dim")],
  ];
}

function per(joules: number, count: number): string {
  return count === 0 ? "–" : short(joules / count, "J");
}
