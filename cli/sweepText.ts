import { grouped } from "../experiments/report/quantity.ts";
import type { SweepEnd } from "../experiments/sweep/runSweep.ts";

/** What came of a sweep, in a few lines. */
export function sweepText({ points, resumed, written, files }: SweepEnd): string {
  const before = resumed > 0 ? `, ${grouped(resumed)} of them there before` : "";
  const failed = written === undefined || written.failed === 0 ? "" : failures(written);
  return `${pointsText(points)}${before}\n${failed}in ${files.join(", ")}\n`;
}

export function pointsText(points: number): string {
  return points === 1 ? "1 point" : `${grouped(points)} points`;
}

export function failures({ failed, reasons }: NonNullable<SweepEnd["written"]>): string {
  const lines = reasons.map(([reason, points]) => `  ${grouped(points)} x ${reason}\n`);
  return `${grouped(failed)} failed, with the reason in their rows:\n${lines.join("")}`;
}
