import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { root } from "./scratchRepository.ts";

const versions = z.record(z.string(), z.string()).default({});

const manifest = z
  .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        optionalDependencies: versions,
        hasInstallScript: z.boolean().default(false),
        dev: z.boolean().default(false),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));

test("every dependency is pinned to one version", () => {
  const ranges = Object.values(manifest)
    .flatMap((dependencies) => Object.entries(dependencies))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
  expect(ranges).toEqual([]);
});

// Without them `npm ci` fails on the platforms that need them.
test("the lock file knows the packages of every platform", () => {
  const locked = new Set(
    Object.keys(lock.packages).map((path) => path.replace(/.*node_modules\//, "")),
  );
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

test("nothing that users install runs a script", () => {
  const scripted = Object.entries(lock.packages).filter(
    ([, { dev, hasInstallScript }]) => hasInstallScript && !dev,
  );
  expect(scripted.map(([path]) => path)).toEqual([]);
});
