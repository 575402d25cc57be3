import { nearestName } from "../../models/nearestName.ts";
import type { CsvLine } from "../csvTable.ts";
import { UserError } from "../errors.ts";

/** Where a table of samples has what. */
export interface PowerColumns {
  readonly time: number;
  /** Which GPU a row is of; undefined: one GPU, or a column for each. */
  readonly gpu: number | undefined;
  readonly powers: readonly {
    readonly column: number;
    /** Of a column for one GPU. */
    readonly gpu: string | undefined;
    readonly wattsPerUnit: number;
  }[];
}

const times = /^(timestamp|time|time_s|datetime|unix_time|ts)$/;
/** The first that is there: an index tells GPUs apart as well as a UUID, and reads better. */
const gpuNames = [
  /^(index|gpu|gpu_index|gpu_id|device)$/,
  /^(uuid|gpu_uuid|pci\.bus_id|gpu_bus_id)$/,
];
/** Likewise: what nvidia-smi calls power.draw is the mean over a second on new GPUs. */
const powerNames = [
  /^power\.draw$/,
  /^power\.draw\.average$/,
  /^power\.draw\.instant$/,
  /^(dcgm_fi_dev_power_usage|power|power_w|gpu_power|power_usage|power_draw)$/,
  /^(power_mw|power_usage_mw)$/,
];
/** A column for each GPU, as Zeus writes them: 0, gpu0, power_1, gpu_2_power_w. */
const wide = /^(?:gpu|power)?_?(\d+)(?:_power)?(?:_w|_mw)?$/;

export function columnsOf(header: CsvLine, file: string): PowerColumns {
  const names = header.fields.map(nameOf);
  const time = names.findIndex((name) => times.test(name));
  const wrong = (expected: string, known: readonly string[]) =>
    new UserError({
      place: { file, line: header.line },
      message: `the header has no ${expected}${misspelt(names, known)}: ${shown(header)}`,
      hint: "nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -lms 200 -f FILE writes one",
    });
  if (time < 0)
    throw wrong("column of times (timestamp or time)", ["timestamp", "time", "datetime"]);
  const single = firstOf(names, powerNames);
  if (single !== undefined) {
    const wattsPerUnit = /mw\b/.test(header.fields[single]?.toLowerCase() ?? "") ? 1e-3 : 1;
    const powers = [{ column: single, gpu: undefined, wattsPerUnit }];
    return { time, gpu: firstOf(names, gpuNames), powers };
  }
  const powers = names.flatMap((name, column) => {
    const gpu = wide.exec(name)?.[1];
    return gpu === undefined ? [] : [{ column, gpu, wattsPerUnit: /_mw$/.test(name) ? 1e-3 : 1 }];
  });
  if (powers.length === 0)
    throw wrong("column of watts (power.draw, power_w, gpu0 …)", ["power.draw", "power_w", "gpu0"]);
  return { time, gpu: undefined, powers };
}

function misspelt(names: readonly string[], known: readonly string[]): string {
  const found = names.flatMap((name) => {
    const meant = nearestName(name, known);
    return meant === undefined ? [] : [`; should ${name} be ${meant}?`];
  });
  return found[0] ?? "";
}

const longestShown = 200;

/** What is no text at all is not printed whole. */
function shown({ fields }: CsvLine): string {
  const text = fields.join(",").replace(/\p{C}/gu, "?");
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

/** " power.draw [W]" is power.draw. */
function nameOf(field: string): string {
  return field
    .replace(/\[.*\]/, "")
    .trim()
    .toLowerCase();
}

function firstOf(names: readonly string[], patterns: readonly RegExp[]): number | undefined {
  for (const pattern of patterns) {
    const column = names.findIndex((name) => pattern.test(name));
    if (column >= 0) return column;
  }
  return undefined;
}
