import { UserError } from "../experiments/errors.ts";
import { isFolder } from "../experiments/files.ts";
import { coloured } from "../experiments/report/paint.ts";
import type { ScenarioFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { progressLine } from "./progress.ts";
import { savePicture } from "./savePicture.ts";
import { hasScreen, paintFor } from "./terminal.ts";

interface WatchCompareFlags extends ScenarioFlags {
  readonly color: boolean;
}

/** Two scenarios side by side; where there is no terminal, what `compare` says of their results. */
export async function watchCompare(
  paths: readonly string[],
  flags: WatchCompareFlags,
): Promise<void> {
  const files = twoFiles(paths);
  if (!hasScreen("what compare prints of the two")) return printed(files, flags);
  const { set, seed, color } = flags;
  const { startCompare } = await import("../experiments/watch/compare/startCompare.ts");
  const pair = await startCompare({ files, options: { set, seed } });
  try {
    const { showCompare } = await import("../ui/showCompare.ts");
    const { stdin, stdout } = process;
    const name = pair.head.names.join("-vs-").replaceAll(/[^\w.-]+/g, "-");
    const save = (screen: string, picture: { text: string; svg: string }) =>
      savePicture(`${name}-${screen}`, picture);
    const hasColours = paintFor(stdout, color) === coloured;
    await interruptible(
      (signal) => showCompare(pair, { stdin, stdout, hasColours, save, signal }),
      {
        outlivesTerminal: false,
      },
    );
  } finally {
    await pair.close();
  }
}

type Files = readonly [a: string, b: string];

/** @throws UserError where it isn't two files that are given. */
function twoFiles(paths: readonly string[]): Files {
  const [a, b, ...others] = paths;
  if (a === undefined || b === undefined || others.length > 0) {
    throw new UserError({
      place: { file: "--compare" },
      message: `expected two scenario files, got ${paths.length}: ${paths.join(", ")}`,
      hint: "tokenwatt watch --compare A.yaml B.yaml",
    });
  }
  const folder = [a, b].find(isFolder);
  if (folder === undefined) return [a, b];
  throw new UserError({
    place: { file: folder },
    message: "is a folder; --compare expects two scenario files",
    hint: `tokenwatt watch ${folder} follows a sweep, tokenwatt compare takes results`,
  });
}

async function printed(files: Files, flags: WatchCompareFlags): Promise<void> {
  const [{ loadScenario }, { runScenario }, { storedResult }, { comparison }, { comparisonText }] =
    await Promise.all([
      import("../experiments/scenario/load.ts"),
      import("../experiments/run.ts"),
      import("../experiments/compare/resultFile.ts"),
      import("../experiments/compare/comparison.ts"),
      import("../experiments/compare/comparisonText.ts"),
    ]);
  await interruptible(async (signal) => {
    const line = progressLine(false);
    const ran = async (file: string, loaded: ReturnType<typeof loadScenario>) => {
      try {
        const result = await runScenario(loaded, { signal, onProgress: line.show });
        return storedResult(result, file);
      } finally {
        line.clear();
      }
    };
    // What is wrong with either is said before the first has run.
    const [a, b] = [loadScenario(files[0], flags), loadScenario(files[1], flags)];
    const compared = comparison(await ran(files[0], a), await ran(files[1], b));
    const { stdout } = process;
    const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
    stdout.write(comparisonText(compared, { paint: paintFor(stdout, flags.color), columns }));
  });
}
