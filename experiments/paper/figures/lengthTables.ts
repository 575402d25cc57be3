import { traceSummary } from "../../../workloads/traceSummary.ts";
import { type Cell, cell, type Figure } from "../cell.ts";
import { quoted } from "../published.ts";
import { tasks } from "./tasks.ts";

const byConstruction = "the data set's law was fitted to these moments";
/** Moments of heavy tails need many draws. */
const draws = 50_000;

type Side = "input" | "output";
type Moment = "mean" | "std" | "p50" | "p99" | "max";

const moments = { mean: "mean", std: "std", median: "p50", p99: "p99" } as const;
type Moments = Readonly<Record<keyof typeof moments, number>>;

/** Table 1 has what the requests of the three traces put in, Table 2 what they got out. */
const traces: readonly {
  readonly dataset: string;
  readonly workload: string;
  readonly lengths: Readonly<Record<Side, Moments>>;
}[] = [
  {
    dataset: "burstgpt-paper",
    workload: "BurstGPT",
    lengths: {
      input: { mean: 256.8, std: 242.27, median: 215, p99: 1038 },
      output: { mean: 35.1, std: 108.59, median: 7, p99: 478 },
    },
  },
  {
    dataset: "azure-conv-paper",
    workload: "Azure Chat",
    lengths: {
      input: { mean: 1631.58, std: 1529.64, median: 928, p99: 6683 },
      output: { mean: 105.51, std: 158.25, median: 41, p99: 694 },
    },
  },
  {
    dataset: "azure-code-paper",
    workload: "Azure Code",
    lengths: {
      input: { mean: 2511.28, std: 2133.54, median: 1930, p99: 7685 },
      output: { mean: 22.69, std: 74.78, median: 8, p99: 271 },
    },
  },
];

export const table1 = traceTable("T1", "input", "Lengths of the traces' inputs");
export const table2 = traceTable("T2", "output", "Lengths of the traces' outputs");

function traceTable(id: string, side: Side, title: string): Figure {
  return {
    id,
    title,
    setting: `${draws} draws from the built-in data sets, whose laws were fitted to these moments.`,
    cells: () =>
      traces.flatMap(({ dataset, workload, lengths }) =>
        (["mean", "std", "median", "p99"] as const).map((moment) =>
          lengthCell({
            figure: id,
            dataset,
            workload,
            metric: `${side}_len_${moment}`,
            published: lengths[side][moment],
            side,
            moment: moments[moment],
          }),
        ),
      ),
  };
}

export const table3: Figure = {
  id: "T3",
  title: "Lengths of the four tasks",
  setting: `${draws} draws from the built-in data sets, whose laws were fitted to these moments.`,
  cells: () =>
    tasks.flatMap(({ dataset, inTable: workload, ...task }) => {
      const row = { figure: "T3", dataset, workload } as const;
      const input = { ...row, side: "input" } as const;
      return [
        lengthCell({
          ...input,
          metric: "input_len_mean",
          published: task.meanTokens,
          moment: "mean",
        }),
        lengthCell({ ...input, metric: "input_len_std", published: task.stdTokens, moment: "std" }),
        lengthCell({ ...input, metric: "input_len_max", published: task.maxTokens, moment: "max" }),
        lengthCell({
          ...row,
          side: "output",
          metric: "output_len",
          published: task.outputTokens,
          moment: "mean",
        }),
      ];
    }),
};

interface LengthRow {
  readonly figure: string;
  readonly dataset: string;
  readonly workload: string;
  readonly metric: string;
  readonly published: number;
  readonly side: Side;
  readonly moment: Moment;
}

function lengthCell(row: LengthRow): Cell {
  const { figure, dataset, workload, metric, published, side, moment } = row;
  return cell({
    figure,
    series: workload,
    workload,
    metric,
    unit: "tokens",
    published: quoted(published),
    assumed: [byConstruction],
    simulate: ({ lengths }) => {
      const drawn = traceSummary(lengths({ dataset, requests: draws }));
      return Promise.resolve({ value: drawn[`${side}_tokens`][moment] });
    },
  });
}
