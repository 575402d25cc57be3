import { stacked } from "../bars.ts";
import { energyParts, totalJ } from "../energyParts.ts";
import { type Line, span } from "../line.ts";
import { percent, short } from "../numbers.ts";
import type { Scene, Screen } from "../screen.ts";

const joulesPerKwh = 3.6e6;

/** Who used the joules, and what they come to. */
export const ledger: Screen = (scene, { width, height }) => {
  const parts = energyParts(scene.view);
  const sumJ = totalJ(scene.view);
  const perToken = (joules: number) => per(joules, scene.view.snapshot.outputTokens);
  const rows: Line[] = [
    [
      span(
        `${"Joules of the GPUs".padEnd(24)}${"energy".padStart(11)}${"share".padStart(9)}${"per output token".padStart(18)}`,
        "bold",
      ),
    ],
    ...parts.map(({ name, glyph, tone, value }) => [
      span(`  ${glyph} `, tone),
      span(name.padEnd(20)),
      span(short(value, "J").padStart(11), "bold"),
      span(percent(sumJ === 0 ? 0 : value / sumJ).padStart(9)),
      span(perToken(value).padStart(18)),
    ]),
    [
      span(
        `  ${"together".padEnd(22)}${short(sumJ, "J").padStart(11)}${"".padStart(9)}${perToken(sumJ).padStart(18)}`,
        "bold",
      ),
    ],
    [],
    stacked(parts, width),
    [],
    ...bill(scene, sumJ),
    [],
    [span("Running: of requests that have not ended; it is booked by phase when they do.", "dim")],
  ];
  return rows.slice(0, height);
};

function bill({ watched, view }: Scene, sumJ: number): Line[] {
  const { pue, gPerKwh, pricePerKwh } = watched.site;
  const { completed } = view.snapshot;
  const kwh = (sumJ * pue) / joulesPerKwh;
  const row = (name: string, value: string, basis: string): Line => [
    span(name.padEnd(24)),
    span(value.padStart(11), "bold"),
    span(`   ${basis}`, "dim"),
  ];
  return [
    row("Per completed request", per(sumJ, completed), `${completed} requests, idle time in it`),
    row("With cooling", short(kwh * 1000, "Wh"), `PUE ${pue}; GPUs alone, hosts are not in it`),
    row("Carbon", short(kwh * gPerKwh, "g"), `${gPerKwh} g/kWh, operational`),
    row("Electricity", `$${(kwh * pricePerKwh).toPrecision(3)}`, `$${pricePerKwh} a kWh`),
  ];
}

function per(joules: number, count: number): string {
  return count === 0 ? "–" : short(joules / count, "J");
}
