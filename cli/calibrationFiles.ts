import { basename, join } from "node:path";
import { makeFolder, type PendingFile, pendingFile } from "../experiments/files.ts";
import { refuseClashes } from "./clashes.ts";

interface CalibrationPaths {
  readonly measurements: string;
  /** -o */
  readonly output?: string | undefined;
  /** Takes calibration.yaml, report.json and report.txt. */
  readonly out?: string | undefined;
  /** - is stdout. */
  readonly json?: string | undefined;
}

/** What a calibration is written as, by what it holds. */
interface Texts {
  readonly yaml: string;
  readonly json: string;
  readonly text: string;
}

/** The files of one calibration: each appears whole when the fit is done, or not at all. */
export interface CalibrationFiles {
  /** Where the calibration file will be. */
  readonly calibration: string;
  finish(texts: Texts): void;
  /** Leaves nothing behind; harmless after finish. */
  discard(): void;
}

/** Opens every file before the fit, so that a bad path costs no time; none may be an input. */
export function openCalibrationFiles(
  paths: CalibrationPaths,
  inputs: readonly string[],
): CalibrationFiles {
  const { out } = paths;
  const wanted = wantedFiles(paths);
  const names = wanted.map(({ path }) => path);
  refuseClashes(names, inputs);
  const undo: (() => void)[] = [];
  const discard = () => {
    for (const step of undo) step();
  };
  try {
    if (out !== undefined) undo.unshift(makeFolder(out));
    const files = wanted.map(({ path, holds }) => {
      const file: PendingFile = pendingFile(path);
      undo.unshift(file.discard);
      return { file, holds };
    });
    return {
      calibration: names[0] ?? "",
      discard,
      finish(texts) {
        for (const { file, holds } of files) file.write(texts[holds]);
        for (const { file } of files) file.commit();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

interface Wanted {
  readonly path: string;
  readonly holds: keyof Texts;
}

/** The calibration file first. */
function wantedFiles({ measurements, output, out, json }: CalibrationPaths): Wanted[] {
  const own = `${basename(measurements).replace(/\.csv(\.gz)?$/i, "")}.calibration.yaml`;
  const named = output ?? (out === undefined ? own : undefined);
  const given: Wanted[] = named === undefined ? [] : [{ path: named, holds: "yaml" }];
  const inFolder: Wanted[] =
    out === undefined
      ? []
      : [
          { path: join(out, "calibration.yaml"), holds: "yaml" },
          { path: join(out, "report.json"), holds: "json" },
          { path: join(out, "report.txt"), holds: "text" },
        ];
  const asked: Wanted[] = json === undefined || json === "-" ? [] : [{ path: json, holds: "json" }];
  return [...given, ...inFolder, ...asked];
}
