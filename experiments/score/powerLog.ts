import type { Seconds } from "../../sim/units.ts";
import { type CsvLine, csvLines } from "../csvTable.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { emissionsLog, isEmissions } from "./emissionsLog.ts";
import { isMonitor, monitorLog } from "./monitorLog.ts";
import { secondsOf } from "./powerClock.ts";
import { columnsOf, type PowerColumns } from "./powerColumns.ts";
import { type PowerLog, Samples, wattsOf } from "./powerSamples.ts";

interface PowerLogOptions {
  /** Seconds between the samples of a log without times; 1 where not said. */
  readonly periodS?: Seconds | undefined;
}

/**
 * A log of nvidia-smi, DCGM (dmon, or its exporter's series as CSV), Zeus or CodeCarbon.
 * @throws UserError naming line and column of what no such log has.
 */
export function readPowerLog(path: string, options: PowerLogOptions = {}): PowerLog {
  const text = readText(path, {});
  if (isMonitor(text)) return monitorLog(text, path, options.periodS ?? 1);
  const [header, ...lines] = csvLines(text, path);
  if (header === undefined) throw new UserError({ place: { file: path }, message: "is empty" });
  if (isEmissions(header.fields)) return emissionsLog(header, lines, path);
  return sampledLog({ file: path, columns: columnsOf(header, path), header }, lines);
}

interface Table {
  readonly file: string;
  readonly columns: PowerColumns;
  readonly header: CsvLine;
}

function sampledLog(table: Table, lines: readonly CsvLine[]): PowerLog {
  const { file, header } = table;
  const samples = new Samples();
  const last = lines.at(-1);
  // A log whose writer was killed ends anywhere.
  const isTorn = last !== undefined && last.fields.length < header.fields.length;
  for (const line of isTorn ? lines.slice(0, -1) : lines) addRow(samples, table, line);
  const { gpus, notes } = samples.finished(file);
  const torn = isTorn ? [`line ${last.line}, the last, is torn off and was left out`] : [];
  return { file, gpus, whole: undefined, hasClock: true, notes: [...torn, ...notes] };
}

function addRow(samples: Samples, { file, columns, header }: Table, row: CsvLine): void {
  const { line, fields } = row;
  if (fields.length !== header.fields.length) {
    const message = `expected ${header.fields.length} fields, found ${fields.length}`;
    throw new UserError({ place: { file, line }, message });
  }
  const wrong = (column: number, expected: string) => {
    const place = { file, line, column: row.columns[column] };
    const found = JSON.stringify(fields[column]?.trim());
    return new UserError({ place, message: `expected ${expected}, found ${found}` });
  };
  const timeS = secondsOf(fields[columns.time] ?? "");
  if (timeS === undefined) throw wrong(columns.time, "a time, as 2026/01/31 12:00:00.000");
  const ofRow = columns.gpu === undefined ? undefined : fields[columns.gpu]?.trim();
  for (const { column, gpu, wattsPerUnit } of columns.powers) {
    const powerW = wattsOf(fields[column] ?? "");
    if (powerW === undefined) throw wrong(column, "watts, as 312.45 W, or [N/A]");
    samples.add(gpu ?? ofRow ?? "0", timeS, powerW === null ? null : powerW * wattsPerUnit);
  }
}
