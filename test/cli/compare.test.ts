import { readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

beforeEach(async () => {
  await command("run", "small.yaml", "--json", "a.json", "--quiet");
  await command("run", "small.yaml", "--set", "cluster.gpu=L40S", "--json", "b.json", "--quiet");
});

describe("tokenwatt compare", () => {
  test("puts two results side by side, with what differs of their scenarios", async () => {
    const { code, out, err } = await command("compare", "a.json", "b.json");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^energy\.per_output_token_j +\d\.\d+ +(apart|overlap) /m);
    expect(out).toMatch(/^cluster\.gpu +H100-SXM +L40S$/m);
    expect(out).toMatch(/^\d+ other figures are the same$/m);
  });

  test("writes the same figures as JSON and as CSV", async () => {
    const { out } = await command("compare", "a.json", "b.json", "--json", "-", "--csv", "c.csv");
    const { figures, scenario } = JSON.parse(out);
    const [header, ...rows] = readFileSync(at("c.csv"), "utf8").trimEnd().split("\n");
    expect(header).toBe("metric,a,b,difference,ratio,a.low,a.high,b.low,b.high,exceeds_intervals");
    expect(rows).toHaveLength(figures.length);
    const energy = figures.find((figure: { metric: string }) => figure.metric === "energy.gpu_j");
    expect(energy.a).toBe(JSON.parse(readFileSync(at("a.json"), "utf8")).energy.gpu_j);
    const ends = [...energy.interval_80.a, ...energy.interval_80.b];
    const known = [energy.a, energy.b, energy.difference, energy.ratio, ...ends];
    expect(rows).toContain(["energy.gpu_j", ...known, energy.exceeds_intervals].join(","));
    expect(scenario).toContainEqual({ key: "cluster.gpu", a: "H100-SXM", b: "L40S" });
  });

  test.each([
    ["a file that isn't there", ["none.json"], "none.json: no such file or directory"],
    ["a scenario", ["small.yaml"], "small.yaml: is no result of a run: it has no schema"],
    ["half a file", ["torn.json"], /torn\.json:\d+:\d+: not readable as JSON/],
    ["another schema", ["sweep.json"], "schema is tokenwatt/sweep@1; expected tokenwatt/result@1"],
    ["a text for a figure", ["text.json"], /text\.json:\d+:\d+: energy\.gpu_j: expected a number/],
    ["no scenario", ["bare.json"], "bare.json:1:1: scenario: missing; expected a block of keys"],
    ["an output that is read", ["b.json", "--csv", "b.json"], "would replace b.json"],
    ["two outputs at once", ["b.json", "--csv", "-", "--json", "-"], "stdout can take one"],
    ["nothing", [], "missing required argument 'b'"],
  ])("refuses %s", async (_, words, message) => {
    const text = readFileSync(at("a.json"), "utf8");
    const result = JSON.parse(text);
    writeFileSync(at("torn.json"), text.slice(0, 900));
    writeFileSync(at("sweep.json"), '{"schema": "tokenwatt/sweep@1"}');
    writeFileSync(at("text.json"), text.replace(/"gpu_j": [\d.]+/, '"gpu_j": "many"'));
    writeFileSync(at("bare.json"), JSON.stringify({ ...result, scenario: undefined }));
    const { code, out, err } = await command("compare", "a.json", ...words);
    expect([code, out, err]).toEqual([
      2,
      "",
      typeof message === "string"
        ? expect.stringContaining(message)
        : expect.stringMatching(message),
    ]);
  });
});
