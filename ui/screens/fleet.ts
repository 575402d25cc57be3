import type { ReplicaSnapshot } from "../../sim/snapshot.ts";
import { bar } from "../bars.ts";
import { type Line, span } from "../line.ts";
import { percent, short } from "../numbers.ts";
import { phaseNames } from "../phaseNames.ts";
import type { FleetOrder, Screen } from "../screen.ts";

/** What is not bars. */
const fixedWidth = 53;

/** A row for each replica, as many as have room around the one that is pointed at. */
export const fleet: Screen = ({ view, choice }, { width, height }) => {
  const replicas = ordered(view.snapshot.replicas, choice.order);
  const highestW = Math.max(1, ...replicas.map(({ powerW }) => powerW));
  const row = Math.min(choice.row, replicas.length - 1);
  const rows = height - 2;
  const first = Math.max(0, Math.min(row - Math.floor(rows / 2), replicas.length - rows));
  const barWidth = Math.max(4, Math.floor((width - fixedWidth) / 2));
  const sorted = `${replicas.length} replicas by ${choice.order}, o sorts; ${first + 1} to ${Math.min(replicas.length, first + rows)}`;
  return [
    [span(sorted, "dim")],
    [span(headings(barWidth), "bold")],
    ...replicas
      .slice(first, first + rows)
      .map((replica, place) =>
        rowOf(replica, { highestW, barWidth, isChosen: first + place === row }),
      ),
  ];
};

export function ordered(
  replicas: readonly ReplicaSnapshot[],
  order: FleetOrder,
): readonly ReplicaSnapshot[] {
  const size: Readonly<Record<FleetOrder, (replica: ReplicaSnapshot) => number>> = {
    id: () => 0,
    power: ({ powerW }) => powerW,
    batch: ({ runningSeqs }) => runningSeqs,
    waiting: ({ waitingSeqs }) => waitingSeqs,
    "KV use": ({ kvUsedRatio }) => kvUsedRatio,
  };
  return replicas.toSorted((a, b) => size[order](b) - size[order](a) || a.id - b.id);
}

function headings(barWidth: number): string {
  const power = "power".padEnd(barWidth + 10);
  return `replica  phase      ${power}${"batch".padStart(6)}${"wait".padStart(7)}  ${"KV cache".padEnd(barWidth)}`;
}

interface Look {
  readonly highestW: number;
  readonly barWidth: number;
  readonly isChosen: boolean;
}

function rowOf(replica: ReplicaSnapshot, { highestW, barWidth, isChosen }: Look): Line {
  const { id, phase, powerW, runningSeqs, waitingSeqs, kvUsedRatio } = replica;
  const [name, tone] = phaseNames[phase];
  return [
    span(`${isChosen ? "▸" : " "}${String(id).padStart(6)} `, isChosen ? "chosen" : "plain"),
    span(` ${name.padEnd(9)}  `, tone),
    span(bar(powerW / highestW, barWidth), tone),
    span(` ${short(powerW, "W").padStart(8)} `),
    span(String(runningSeqs).padStart(6), "bold"),
    span(String(waitingSeqs).padStart(7), waitingSeqs > 0 ? "bold" : "dim"),
    span("  "),
    span(bar(kvUsedRatio, barWidth), "prefill"),
    span(percent(kvUsedRatio).padStart(6)),
  ];
}
