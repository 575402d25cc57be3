import type { ReplicaSnapshot } from "../../sim/snapshot.ts";
import { bar } from "../bars.ts";
import { type Line, span, spread, type Tone } from "../line.ts";
import { percent, short } from "../numbers.ts";
import { phaseNames } from "../phaseNames.ts";
import type { FleetOrder, Screen } from "../screen.ts";

/** A column of the table; a bar beside its number has the heading of both. */
interface Column {
  readonly heading: string;
  readonly width: number;
  readonly isRight: boolean;
  readonly cell: (replica: ReplicaSnapshot) => Line;
}

/** What is not bars. */
const fixedWidth = 58;
/** The least bars beside power, and beside all that is drawn as one. */
const leastBars = { two: 4, four: 11 };

/** A row for each replica, as many as have room around the one that is pointed at. */
export const fleet: Screen = ({ view, choice }, { width, height }) => {
  const replicas = ordered(view.snapshot.replicas, choice.order);
  const row = Math.min(choice.row, replicas.length - 1);
  const rows = height - 2;
  const first = Math.max(0, Math.min(row - Math.floor(rows / 2), replicas.length - rows));
  const until = Math.min(replicas.length, first + rows);
  const columns = columnsOf(replicas, width - fixedWidth);
  const order = `${first + 1} to ${until} by ${choice.order}, o sorts`;
  return [
    spread(countsOf(replicas), [span(order, "dim")], width),
    columns.map(({ heading, width, isRight }) =>
      span(isRight ? heading.padStart(width) : heading.padEnd(width), "bold"),
    ),
    ...replicas.slice(first, until).map((replica, place) => {
      const [name, ...rest] = columns.map(({ cell }) => cell(replica));
      const isChosen = first + place === row;
      const id = `${isChosen ? "▸" : " "}${String(replica.id).padStart(5)} `;
      return [span(id, isChosen ? "chosen" : "plain"), ...(name ?? []), ...rest.flat()];
    }),
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
    MFU: ({ mfu = -1 }) => mfu,
    MBU: ({ mbu = -1 }) => mbu,
  };
  return replicas.toSorted((a, b) => size[order](b) - size[order](a) || a.id - b.id);
}

function countsOf(replicas: readonly ReplicaSnapshot[]): Line {
  const parts = (["prefill", "decode", "mixed", "idle", "down"] as const).flatMap((asked) => {
    const count = replicas.filter(({ phase }) => phase === asked).length;
    const [name, tone] = phaseNames[asked];
    return count === 0 ? [] : [span("  "), span(`${name.slice(0, 1)} ${count}`, tone)];
  });
  return [span(`${replicas.length} replicas`, "bold"), ...parts];
}

/** The numbers always; bars as many as have room, of equal width. */
function columnsOf(replicas: readonly ReplicaSnapshot[], room: number): readonly Column[] {
  const highestW = Math.max(1, ...replicas.map(({ powerW }) => powerW));
  const [powerBar, kvBar, useBar] = barWidths(room);
  return [
    { heading: "    id", width: 7, isRight: false, cell: () => [] },
    {
      heading: "phase",
      width: 10,
      isRight: false,
      cell: ({ phase }) => {
        const [name, tone] = phaseNames[phase];
        return [span(name.padEnd(10), tone)];
      },
    },
    {
      heading: "power",
      width: powerBar + 8,
      isRight: false,
      cell: ({ powerW, phase }) => [
        span(bar(powerW / highestW, powerBar), phaseNames[phase][1]),
        span(short(powerW, "W").padStart(8)),
      ],
    },
    count("batch", 6, ({ runningSeqs }) => runningSeqs),
    count("wait", 6, ({ waitingSeqs }) => waitingSeqs),
    ratio("KV", { width: kvBar, tone: "plain" }, ({ kvUsedRatio }) => kvUsedRatio),
    ratio("MFU", { width: useBar, tone: "prefill" }, ({ mfu }) => mfu),
    ratio("MBU", { width: useBar, tone: "decode" }, ({ mbu }) => mbu),
  ];
}

function barWidths(room: number): readonly [power: number, kv: number, use: number] {
  const [four, two] = [Math.floor((room - 6) / 4), Math.floor((room - 2) / 2)];
  if (four >= leastBars.four) return [four, four, four];
  return two >= leastBars.two ? [two, two, 0] : [room, 0, 0];
}

function count(heading: string, width: number, of: (replica: ReplicaSnapshot) => number): Column {
  const cell = (replica: ReplicaSnapshot) => {
    const value = of(replica);
    return [span(String(value).padStart(width), value > 0 ? "bold" : "dim")];
  };
  return { heading, width, isRight: true, cell };
}

interface BarLook {
  readonly width: number;
  readonly tone: Tone;
}

function ratio(
  heading: string,
  { width, tone }: BarLook,
  of: (replica: ReplicaSnapshot) => number | undefined,
): Column {
  const gap = width === 0 ? "" : "  ";
  const cell = (replica: ReplicaSnapshot) => {
    const value = of(replica);
    const text = value === undefined ? "–" : percent(value);
    return [span(gap), span(bar(value ?? 0, width), tone), span(text.padStart(7))];
  };
  const isRight = width === 0;
  return { heading: `${gap}${heading}`, width: gap.length + width + 7, isRight, cell };
}
