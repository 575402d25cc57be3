import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { exists, pendingFile, readText } from "../files.ts";
import { tokenwattVersion } from "../package.ts";
import { columnsOf } from "./columns.ts";
import { fileDigest } from "./fileDigest.ts";
import { pointCount } from "./points.ts";
import type { LoadedSweep } from "./sweepFile.ts";
import type { Written } from "./tables.ts";

const text = z.string();
const axis = z.strictObject({
  paths: z.array(text).min(1),
  steps: z.array(z.array(z.unknown())).min(1),
});

const manifestSchema = z.strictObject({
  schema: z.literal("tokenwatt/sweep@1"),
  tokenwatt_version: text,
  sweep_file: text,
  digest: text,
  points: z.int().min(1),
  columns: z.array(text),
  inputs: z.array(z.strictObject({ path: text, sha256: text })),
  sweep: z.strictObject({
    base: z.unknown(),
    axes: z.array(axis),
    replications: z.int().min(1),
    inputs_digest: text,
  }),
  /** Null until all rows are there. */
  results: z
    .strictObject({
      rows: z.int(),
      failed: z.int(),
      sha256: z.strictObject({ "results.csv": text, "results.parquet": text }),
    })
    .nullable(),
});

/** What a folder holds: enough to check every row of it, and nothing that differs from run to run. */
export type Manifest = z.output<typeof manifestSchema>;

export function manifestOf(loaded: LoadedSweep, written: Written | undefined): Manifest {
  const { sweep, name, digest, inputs } = loaded;
  return {
    schema: "tokenwatt/sweep@1",
    tokenwatt_version: tokenwattVersion(),
    sweep_file: name,
    digest,
    points: pointCount(sweep),
    columns: columnsOf(sweep).map((column) => column.name),
    inputs: inputs.map((input) => ({ ...input })),
    sweep: {
      base: sweep.base,
      axes: sweep.axes.map(({ paths, steps }) => ({
        paths: [...paths],
        steps: steps.map((values) => [...values]),
      })),
      replications: sweep.replications,
      inputs_digest: sweep.inputsDigest,
    },
    results: resultsOf(written),
  };
}

export function resultsOf(written: Written | undefined): Manifest["results"] {
  if (written === undefined) return null;
  const { rows, failed, sha256 } = written;
  return {
    rows,
    failed,
    sha256: { "results.csv": sha256.csv, "results.parquet": sha256.parquet },
  };
}

function manifestPath(folder: string): string {
  return join(folder, "manifest.json");
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const file = pendingFile(manifestPath(folder), { survivesPowerCuts: true });
  try {
    file.write(`${JSON.stringify(manifest, null, 2)}\n`);
    file.commit();
  } finally {
    file.discard();
  }
}

/** Undefined where there is none. @throws UserError where it is something else's. */
export function readManifest(folder: string): Manifest | undefined {
  const path = manifestPath(folder);
  if (!exists(path)) return undefined;
  const parsed = manifestSchema.safeParse(parsedJson(readText(path, {})));
  if (parsed.success) return parsed.data;
  throw new UserError({ place: { file: path }, message: "is no manifest of a tokenwatt sweep" });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the results are those that the manifest tells of. */
export function hasResults(folder: string, { results }: Manifest): boolean {
  if (results === null) return false;
  return Object.entries(results.sha256).every(([name, digest]) => {
    const path = join(folder, name);
    return exists(path) && fileDigest(path) === digest;
  });
}
