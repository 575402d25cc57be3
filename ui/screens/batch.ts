import type { BatchView, ShownRequest } from "../../experiments/watch/batchBook.ts";
import type { ReplicaSnapshot } from "../../sim/snapshot.ts";
import { kvMap } from "../kvMap.ts";
import { type Line, span, spread } from "../line.ts";
import { percent, short } from "../numbers.ts";
import { phaseNames } from "../phaseNames.ts";
import { requestHeadings, requestRow } from "../requestRow.ts";
import type { Choice, Screen, Size } from "../screen.ts";

/** From this width on the requests stand in two columns. */
const twoColumns = 150;
const gap = "  ";

/** One replica: who runs on it and how far they are, who waits, and who holds its KV cache. */
export const batch: Screen = ({ view, choice }, { width, height }) => {
  const { replicas } = view.snapshot;
  const replica = replicas.find(({ id }) => id === choice.replica) ?? replicas.at(-1);
  if (replica === undefined) return [];
  const title = titleOf(replica, replicas.length, width);
  const seen = view.batch?.replica === replica.id ? view.batch : undefined;
  if (seen === undefined) return [title];
  const mapRows = Math.max(2, Math.min(8, Math.floor(height / 6)));
  const map = kvMap(seen, { width, height: mapRows });
  const above = [title, kvTitle(seen, { width, height: mapRows }), ...map];
  const rows = height - above.length;
  return [...above, ...requestRows(seen, { replica, choice }, { width, height: rows })];
};

function titleOf(replica: ReplicaSnapshot, replicas: number, width: number): Line {
  const { id, phase, powerW, runningSeqs, waitingSeqs, swappedSeqs } = replica;
  const [name, tone] = phaseNames[phase];
  const counts = `  ${runningSeqs} run  ${waitingSeqs} wait`;
  const left = [
    span("Replica "),
    span(String(id), "bold"),
    span(` of ${replicas}  `, "dim"),
    span(name.trimEnd(), tone),
    span(`  ${short(powerW, "W")}`, "bold"),
    span(swappedSeqs > 0 ? `${counts}  ${swappedSeqs} swapped` : counts),
  ];
  return spread(left, [span("← → another", "dim")], width);
}

function kvTitle({ kv }: BatchView, { width, height }: Size): Line {
  const { usedBlocks, capacityBlocks, otherBlocks, cachedBlocks, isShared } = kv;
  const perCell = capacityBlocks / (width * height);
  const left = [
    span("KV cache "),
    span(percent(usedBlocks / Math.max(1, capacityBlocks)), "bold"),
    span(` ${usedBlocks} of ${capacityBlocks} blocks, ${perCell.toPrecision(2)} a cell`),
  ];
  const glyphs = [
    "a its holder",
    ...(otherBlocks > 0 ? [isShared ? "# shared" : "# in transfer"] : []),
    ...(cachedBlocks > 0 ? ["░ cached"] : []),
    "· free",
  ];
  return spread(left, [span(glyphs.join("  "), "dim")], width);
}

interface Looked {
  readonly replica: ReplicaSnapshot;
  readonly choice: Choice;
}

/** Those who run, from the one scrolled to on, then some of those who don't, then how many are left out. */
function requestRows(
  view: BatchView,
  { replica, choice }: Looked,
  { width, height }: Size,
): Line[] {
  const columns = width >= twoColumns ? 2 : 1;
  const columnWidth = Math.floor((width - gap.length * (columns - 1)) / columns);
  const everyone = replica.runningSeqs + replica.swappedSeqs + replica.waitingSeqs;
  const rows = everyone > (height - 1) * columns ? height - 2 : height - 1;
  const shown = inSight(view, choice.scroll, rows * columns);
  const texts = shown.map((request) => requestRow(request, columnWidth));
  const lines = Array.from({ length: Math.min(rows, shown.length) }, (_, row) =>
    Array.from({ length: columns }, (_, column) => texts[row + column * rows] ?? []),
  );
  const headings = Array.from({ length: columns }, () => requestHeadings(columnWidth));
  return [...[headings, ...lines].map(beside), ...leftOut(replica, shown)];
}

function inSight(
  { running, swapped, waiting }: BatchView,
  scroll: number,
  room: number,
): ShownRequest[] {
  const aside = [...swapped, ...waiting];
  const asideRows = Math.min(aside.length, Math.max(room - running.length, Math.floor(room / 4)));
  const runningRows = room - asideRows;
  const from = Math.max(0, Math.min(scroll, running.length - runningRows));
  return [...running.slice(from, from + runningRows), ...aside.slice(0, asideRows)];
}

function beside(parts: readonly Line[]): Line {
  return parts.flatMap((part, place) => (place === 0 ? part : [span(gap), ...part]));
}

function leftOut(replica: ReplicaSnapshot, shown: readonly ShownRequest[]): Line[] {
  const { runningSeqs, swappedSeqs, waitingSeqs } = replica;
  const aside = (name: ShownRequest["phase"]) => shown.filter(({ phase }) => phase === name).length;
  const swapped = aside("swapped");
  const waiting = aside("waiting");
  const more = [
    [runningSeqs - (shown.length - swapped - waiting), "run"],
    [swappedSeqs - swapped, "are swapped out"],
    [waitingSeqs - waiting, "wait"],
  ] as const;
  const said = more.filter(([count]) => count > 0).map(([count, verb]) => `${count} more ${verb}`);
  return said.length === 0 ? [] : [[span(`  ${said.join(", ")}`, "dim")]];
}
