import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Joins what a command loads into a few scripts: resolving and reading hundreds of modules takes longer
 * than a short run, and Node starts scripts sooner than modules. Beside them stand the licenses of the libraries that they hold.
 */
const root = import.meta.dirname;
const dist = join(root, "dist");
const into = join(dist, "bundle");

rmSync(into, { recursive: true, force: true });
// The compiler copies what experiments/browser.ts imports; beside the modules it would be taken for the package.
rmSync(join(dist, "package.json"), { force: true });
const bundle = await rolldown({
  platform: "node",
  // The one looks for its own thread's file beside itself, the other for its binary, and may be absent.
  external: ["piscina", "@duckdb/node-api"],
  // The screens load ink, a module that awaits at its top, which scripts cannot: they stay modules.
  plugins: [
    {
      name: "screens",
      resolveId: (id) =>
        /\/ui\/show\w+\.js$/.test(id)
          ? { id: `../ui/${id.slice(id.lastIndexOf("/") + 1)}`, external: true }
          : null,
      // V8 forgets how to import into code that it kept compiled: bin/scripts.js hands in how.
      renderChunk: (code) => code.replace(/import\((?=.\.\.\/ui\/)/g, "importModule("),
    },
  ],
  makeAbsoluteExternalsRelative: false,
  input: {
    main: join(dist, "cli", "main.js"),
    // A thread's file is looked for beside the chunk that starts it.
    planWorker: join(dist, "experiments/plan/planWorker.js"),
    sweepWorker: join(dist, "experiments/sweep/sweepWorker.js"),
    watchWorker: join(dist, "experiments/watch/watchWorker.js"),
    compareWorker: join(dist, "experiments/watch/compare/compareWorker.js"),
    measurementsWorker: join(dist, "experiments/calibrate/endToEnd/measurementsWorker.js"),
  },
});
await bundle.write({
  dir: into,
  format: "cjs",
  minify: true,
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name]-[hash].cjs",
});
await bundle.close();

const manifest = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** What a package needs, and what that needs, by name. */
function librariesOf(folder, found = new Set()) {
  for (const name of Object.keys(manifest(folder).dependencies ?? {})) {
    if (found.has(name)) continue;
    librariesOf(join(root, "node_modules", name), found.add(name));
  }
  return found;
}

const licenses = [...librariesOf(root)].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  // Where it is no file of its own, the readme holds it.
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) ?? "README.md";
  return `# ${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(join(into, "licenses.md"), licenses.join("\n"));
