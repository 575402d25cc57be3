import { describe, expect, test } from "vitest";
import { files, found, modules, pathsOf } from "./repository/sourceFiles.ts";

const core = modules("sim/", "models/", "workloads/");

describe("a quantity's name ends in its unit", () => {
  const suffixes: Readonly<Record<string, RegExp>> = {
    Seconds: /S$/,
    Joules: /J$/,
    Watts: /W$/,
    Bytes: /bytes(Per[A-Z]\w+)?$/i,
    BytesPerSecond: /bytesPerS$/i,
    FlopPerSecond: /flopPerS$/i,
    Tokens: /tokens(Per[A-Z]\w+)?$/i,
    Blocks: /blocks$/i,
  };
  /** Names of vLLM and Hugging Face, and members of what is itself called tokens or blocks. */
  const ownNames = new Set(
    words(`
      maxModelLen blockSize maxPositionEmbeddings prefillTarget windowLimit
      input output first computedPrompt scheduledPrompt cachedPrompt loadedPrompt capacity free
    `),
  );
  const field = /(?<=[\s#])(\w+)\??: (?:readonly )?(\w+)(?:\[\])?(?: \| undefined)?(?=;| \})/g;
  const fields = core.flatMap(({ path, text }) =>
    [...text.matchAll(field)].map(([, name = "", type = ""]) => ({ path, name, type })),
  );

  test.each(Object.entries(suffixes))("a field of %s", (unit, suffix) => {
    const misnamed = fields.filter(
      ({ name, type }) => type === unit && !suffix.test(name) && !ownNames.has(name),
    );
    expect(misnamed).toEqual([]);
  });

  test("a field that is a plain number is a count or a ratio by its last word", () => {
    const lastWords = new Set(
      words(`
        seqs gpus replicas requests steps layers norms heads experts rows pairs cuts outputs inputs
        preemptions stays gaps tpots count concurrency batch parallel fits flop active token pair
        injected completed rejected unfinished cancelled good out waiting decoded returned
        id priority
        ratio ratios factor utilization mfu mbu scale exponent correlation cv shape alpha
        step stay sequence plan row regime origin ticks limit
        size dim rank hour
        total embedding head attention mlp other
        constant linear quadratic first growth
        mean std error p50 p90 p95 p99 min max value values
      `),
    );
    const anySuffix = /[a-z](S|J|W|Hz)$|(bytes|tokens)(Per[A-Z]\w+)?$|_(s|rps)$/i;
    const isPlain = (name: string) => lastWords.has(lastWord(name));
    const misnamed = fields.filter(
      ({ name, type }) =>
        type === "number" && !anySuffix.test(name) && !isPlain(name) && !isPlain(perNothing(name)),
    );
    expect(misnamed).toEqual([]);
  });

  /** Of expertsPerToken: experts. */
  function perNothing(name: string): string {
    return name.replace(/Per[A-Z]\w*$|_per_\w+$/, "");
  }

  function lastWord(name: string): string {
    return name.replace(/.*(?=[A-Z])|.*_/, "").toLowerCase();
  }
});

test("no policy knows how many tokens a request will emit", () => {
  const policies = modules("sim/batching/", "sim/routing/");
  expect(policies).not.toEqual([]);
  expect(found(/.*\boutputTokens\b.*/, policies)).toEqual([]);
});

test("the core is synchronous", () => {
  expect(found(/^.*\b(async|await|Promise)\b.*/, core)).toEqual([]);
});

test("the process belongs to the command line alone", () => {
  const below = modules("sim/", "models/", "workloads/", "experiments/");
  expect(found(/process\.(exit\w*|std\w+|argv)/, below)).toEqual([]);
});

test("every entry of the catalogue names a source", () => {
  const catalogue = files.filter(({ path }) =>
    /^(models\/catalogue|workloads\/datasets).*\.yaml$/.test(path),
  );
  expect(catalogue).not.toEqual([]);
  expect(pathsOf(catalogue.filter(({ text }) => !/\bsource: *\S/.test(text)))).toEqual([]);
});

test("no folder and no module is a drawer for everything", () => {
  const vague = /(util|helper|manager|common|misc)\w*(\/|\.\w*[jt]sx?$)/i;
  expect(pathsOf(files).filter((path) => vague.test(path))).toEqual([]);
});

test("nothing is left for later in a comment", () => {
  const marks = new RegExp(["TO", "DO|FIX", "ME|XX", "X\\b"].join(""));
  expect(
    found(
      marks,
      files.filter(({ path }) => path !== "package-lock.json"),
    ),
  ).toEqual([]);
});

test("no file knows where somebody keeps the repository", () => {
  const homes = ["home", "root", "work", "workspace", "Users", "mnt", "srv"].join("|");
  expect(found(new RegExp(`(?<![\\w.*)\\]}/])/(${homes})/\\w+`), files)).toEqual([]);
});

test("no rows of a trace are shipped", () => {
  const tables = files.filter(({ path }) => /\.(csv|tsv|jsonl|parquet|arrow)$/.test(path));
  expect(pathsOf(tables.filter(({ text }) => text.split("\n").length > 50))).toEqual([]);
  const statistics = files.filter(({ path }) => path.startsWith("workloads/datasets/"));
  expect(statistics).not.toEqual([]);
  expect(pathsOf(statistics.filter(({ text }) => text.length > 20_000))).toEqual([]);
});

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
