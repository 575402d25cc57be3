import { failuresText } from "./failures.ts";
import type { Paint } from "./paint.ts";
import { digits, grouped, percent, si, unknownText } from "./quantity.ts";
import type { Result } from "./result.ts";

/** What options of the engine came to, where they are on: hits of the cache, tokens of drafts. */
export function optionsLine(
  { scenario, prefix_cache, speculative }: Result,
  paint: Paint,
): string[] {
  const { engine } = scenario;
  const texts = [
    engine.enable_prefix_caching ? `${percent(prefix_cache.hit_ratio)} of prompts cached` : "",
    engine.kv_offload === null ? "" : `${percent(prefix_cache.loaded_ratio)} loaded from the host`,
    engine.speculative === null
      ? ""
      : `${digits(speculative.mean_tokens_per_step)} tokens a step with drafts`,
  ].filter((text) => text !== "");
  return texts.length === 0 ? [] : [`${paint.strong("Reuse".padEnd(12))}${texts.join(", ")}`];
}

/** What failures came to, where replicas fail. */
export function failuresLine({ failures }: Result, paint: Paint): string[] {
  const text = failuresText(failures);
  return text === "" ? [] : [`${paint.strong("Failures".padEnd(12))}${text}`];
}

type Group = Result["classes"][number];

/** Requests by class and by tenant, where the workload has any. */
export function groupTables({ classes, tenants }: Result, paint: Paint): string[] {
  return [...groupTable("Class", classes, paint), ...groupTable("Tenant", tenants, paint)];
}

const columns = ["done", "gave up", "in SLO", "TTFT p99", "TPOT mean", "joules"] as const;

function groupTable(title: string, groups: readonly Group[], paint: Paint): string[] {
  if (groups.length === 0) return [];
  const row = (label: string, cells: readonly string[]) =>
    label.slice(0, nameWidth - 1).padEnd(nameWidth) +
    cells.map((cell) => cell.padStart(10)).join("");
  return [
    "",
    paint.strong(row(title, columns)),
    ...groups.map((group) => row(`  ${group.name}`, cellsOf(group))),
  ];
}

const nameWidth = 20;

function cellsOf({ requests, ttft_ms, tpot_ms, energy_j }: Group): string[] {
  const { completed, rejected, unfinished, timed_out, cancelled, good } = requests;
  const gone = timed_out + cancelled;
  const all = completed + rejected + unfinished + gone;
  const seconds = (milliseconds: number | null) =>
    milliseconds === null ? unknownText : si(milliseconds / 1000, "s");
  return [
    grouped(completed),
    grouped(gone),
    all === 0 ? unknownText : percent(good / all),
    seconds(ttft_ms.p99),
    seconds(tpot_ms.mean),
    si(energy_j, "J"),
  ];
}
