import { basename } from "node:path";
import type { Command } from "commander";
import type { Subject } from "../experiments/calibrate/measurements/calibrationReport.ts";
import type {
  CalibrateMeasurements,
  CalibrationProgress,
  MeasurementsCalibration,
} from "../experiments/calibrate/measurements/measurementsCalibration.ts";
import type { CalibrationFiles } from "./calibrationFiles.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface CalibrateFlags extends OutputFlags {
  readonly gpu: string;
  readonly out?: string;
  readonly output?: string;
}

/** Fits run long and need much: loaded when they are asked for. */
type LoadFit = () => Promise<{ readonly calibrateMeasurements: CalibrateMeasurements }>;

export function addCalibrate(program: Command, loadFit: LoadFit): void {
  const command = program
    .command("calibrate")
    .summary("fit latency and power constants to your own measurements")
    .description(
      "Fits the latency and power constants of a GPU to measurements, through the simulator; " +
        "writes a calibration file and reports the error of rows held out of the fit.",
    )
    .argument("<measurements>", "CSV of docs/calibrate.md, a row a run")
    .requiredOption("--gpu <id>", "GPU of the catalogue, or a path to a GPU file")
    .option(
      "-o, --output <file>",
      "the calibration file (default: <measurements>.calibration.yaml)",
    )
    .option("--out <folder>", "write calibration.yaml, report.json and report.txt there");
  withOutputFlags(command).action((path: string, flags: CalibrateFlags) =>
    calibrate(path, flags, loadFit),
  );
}

async function calibrate(path: string, flags: CalibrateFlags, loadFit: LoadFit): Promise<void> {
  const [{ calibratedGpu }, { readMeasurements }, { openCalibrationFiles }] = await Promise.all([
    import("../experiments/calibrate/measurements/calibratedGpu.ts"),
    import("../experiments/calibrate/measurements/readMeasurements.ts"),
    import("./calibrationFiles.ts"),
  ]);
  const gpu = calibratedGpu(flags.gpu);
  const { runs, warnings } = readMeasurements(path, gpu);
  const { calibrateMeasurements } = await loadFit();
  const files = openCalibrationFiles({ ...flags, measurements: path }, [path, gpu.name]);
  try {
    warn(warnings, flags);
    const calibration = await interruptible((signal) =>
      calibrateMeasurements(runs, {
        gpuId: gpu.spec.id,
        source: basename(path),
        signal,
        onProgress: progress(flags),
      }),
    );
    warn(calibration.warnings, flags);
    const subject = {
      gpu: gpu.spec.id,
      measurements: path,
      calibration: files.calibration,
      warnings,
    };
    await report(calibration, subject, { flags, files });
  } finally {
    files.discard();
  }
}

/** How far it is, on stderr, where a person looks. */
function progress({ quiet }: CalibrateFlags) {
  const { stderr } = process;
  const isShown = quiet !== true && stderr.isTTY;
  return ({ doing, done, total }: CalibrationProgress) => {
    if (!isShown) return;
    stderr.write(done < total ? `\r${doing}, ${done} of ${total}\u001b[K` : "\r\u001b[K");
  };
}

function warn(warnings: readonly string[], { quiet }: CalibrateFlags): void {
  if (quiet === true) return;
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

async function report(
  calibration: MeasurementsCalibration,
  subject: Subject,
  { flags, files }: { readonly flags: CalibrateFlags; readonly files: CalibrationFiles },
): Promise<void> {
  const [{ calibrationYaml }, { calibrationText }, { calibrationReport }, terminal] =
    await Promise.all([
      import("../experiments/calibrate/writeCalibration.ts"),
      import("../experiments/calibrate/measurements/calibrationText.ts"),
      import("../experiments/calibrate/measurements/calibrationReport.ts"),
      import("./terminal.ts"),
    ]);
  const { gpu, calibration: file } = subject;
  const { stdout } = process;
  const json = `${JSON.stringify(calibrationReport(calibration, subject), null, 2)}\n`;
  const unpainted = { paint: terminal.paintFor({}, false), columns: Number.POSITIVE_INFINITY };
  files.finish({
    yaml: calibrationYaml(calibration.draft),
    json,
    text: calibrationText(calibration, { ...unpainted, gpu, file }),
  });
  if (flags.json === "-") stdout.write(json);
  if (flags.json === "-" || flags.quiet === true) return;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  const paint = terminal.paintFor(stdout, flags.color);
  stdout.write(calibrationText(calibration, { paint, columns, gpu, file }));
}
