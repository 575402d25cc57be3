import { architectureOf } from "../../models/architecture.ts";
import { llmById } from "../../models/llmCatalogue.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import type { MeasuredRun, Measurement } from "./measuredRun.ts";
import { isMetricName } from "./metrics.ts";
import { publishedEntries } from "./published.generated.ts";
import type { PublishedEntry } from "./publishedEntry.ts";

/** The measured rows that ship, or those of one suite. @throws UserError where there is no such suite. */
export function publishedRuns(suite?: string): MeasuredRun[] {
  const entries = publishedEntries.filter((entry) => suite === undefined || entry.suite === suite);
  if (entries.length > 0) return entries.map(runOf);
  const suites = [...new Set<string>(publishedEntries.map((entry) => entry.suite))];
  const nearest = suggestion(suite ?? "", suites);
  const hint = `suites: ${suites.join(", ")}`;
  throw new UserError({ key: "--suite", message: `there is no suite "${suite}"${nearest}`, hint });
}

function runOf(entry: PublishedEntry): MeasuredRun {
  const { recorded, measured, scenario, ...rest } = entry;
  const llm = llmById(scenario.llm);
  if (llm === undefined) throw new Error(`${entry.id}: the catalogue has no LLM ${scenario.llm}`);
  const weights = scenario.engine.quantization ?? llm.checkpoint.quantization;
  return {
    ...rest,
    scenario,
    architecture: architectureOf(llm),
    isMoe: llm.moe !== undefined,
    precision: weights === "none" ? "bf16" : weights,
    measured: Object.entries(measured).flatMap(([metric, value]): Measurement[] =>
      isMetricName(metric) ? [{ metric, value }] : [],
    ),
    ...(recorded === undefined ? {} : { recorded: { outputTokens: recorded.output_tokens } }),
  };
}
