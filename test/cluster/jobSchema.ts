import { join } from "node:path";
import ts from "typescript";
import { root } from "../repository/scratchRepository.ts";

/**
 * What the schema of Kubernetes 1.30, as TypeScript's types, finds wrong with each Job: unknown keys,
 * missing ones, values of a wrong type.
 */
export function faultsOfJobs(jobs: readonly unknown[]): string[][] {
  const file = join(root, "jobs.ts");
  const lines = jobs.map((job, place) => `export const job${place}: Job = ${JSON.stringify(job)};`);
  const text = ['import type { Job } from "kubernetes-types/batch/v1";', ...lines].join("\n");
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    lib: ["lib.es5.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest);
  const faults = jobs.map((): string[] => []);
  for (const { start, messageText, file: at } of ts.getPreEmitDiagnostics(
    ts.createProgram([file], options, host),
  )) {
    const line = at?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
    const place = at?.fileName === file ? line - 1 : 0;
    faults[place]?.push(ts.flattenDiagnosticMessageText(messageText, " "));
  }
  return faults;
}
