import type { Seconds } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import { type PowerLog, Samples, wattsOf } from "./powerSamples.ts";

/** What `dcgmi dmon -e 155` prints begins with its header. */
export function isMonitor(text: string): boolean {
  return /^#\s*Entity\b/.test(text);
}

/** Rows are `GPU 0   312.4`; times are those of the period, since rows have none. */
export function monitorLog(text: string, file: string, periodS: Seconds): PowerLog {
  const lines = text.split(/\r?\n/);
  const fields = lines[0]?.replace(/^#\s*/, "").trim().split(/\s+/) ?? [];
  const power = fields.findIndex((name) => /^(POWER|DCGM_FI_DEV_POWER_USAGE|PWR)$/i.test(name));
  if (power < 1) {
    const message = `the header has no column POWER: ${lines[0]}`;
    const hint = "dcgmi dmon -e 155 -d 1000 prints one";
    throw new UserError({ place: { file, line: 1 }, message, hint });
  }
  const samples = new Samples();
  const rows = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const row = /^\s*GPU[ -]?(\d+)\s+(.*)$/.exec(line);
    if (row === null) continue;
    const [, gpu = "", values = ""] = row;
    const powerW = wattsOf(values.trim().split(/\s+/)[power - 1] ?? "");
    if (powerW === undefined) {
      throw new UserError({ place: { file, line: index + 1 }, message: "expected watts" });
    }
    const count = rows.get(gpu) ?? 0;
    rows.set(gpu, count + 1);
    samples.add(gpu, count * periodS, powerW);
  }
  const { gpus, notes } = samples.finished(file);
  const about = `its rows have no times: taken as ${periodS} s apart (--power-period)`;
  return { file, gpus, whole: undefined, hasClock: false, notes: [about, ...notes] };
}
