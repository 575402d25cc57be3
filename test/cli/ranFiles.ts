import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { command } from "./command.ts";

/** What a run writes into a test's folder, and how it is read. */
export function ranFiles(at: (name: string) => string) {
  const text = (name: string) => readFileSync(at(name), "utf8");
  return {
    text,
    json: (name: string) => JSON.parse(text(name)),

    /** The rows of a CSV by the names of their columns. */
    rows(name: string): Record<string, string>[] {
      const [header = "", ...lines] = text(name).trimEnd().split("\n");
      const names = header.split(",");
      return lines.map((line) => {
        const cells = line.split(",");
        return Object.fromEntries(names.map((column, i) => [column, cells[i] ?? ""]));
      });
    },

    /** Runs small.yaml; its result is in result.json. */
    async run(...words: readonly string[]): Promise<void> {
      const flags = ["--json", at("result.json"), "--quiet"];
      const ended = await command("run", at("small.yaml"), ...flags, ...words);
      expect(ended).toEqual({ code: 0, out: "", err: "" });
    },
  };
}
