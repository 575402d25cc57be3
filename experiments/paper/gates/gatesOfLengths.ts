import type { PaperPoint } from "../study.ts";
import type { Gate } from "./gate.ts";
import { coincide, kneeWithin, medianWithin } from "./judges.ts";

const readOff =
  "points of figure 2 are read off a plot to 3-6 %, and a batch that takes milliseconds is metered " +
  "by a sensor that averages over a tenth of a second";

function inputOf({ input_tokens }: PaperPoint): number {
  return input_tokens ?? Number.NaN;
}

function outputOf({ output_tokens }: PaperPoint): number {
  return output_tokens ?? Number.NaN;
}

function ofBatch(points: readonly PaperPoint[], batch: number): PaperPoint[] {
  return points.filter((point) => point.batch === batch);
}

const median = (figure: string, what: string): Gate => ({
  figures: [figure],
  what,
  must: "median error <= 20 %",
  reason: readOff,
  judge: medianWithin(0.2),
});

const prefillKnee = (batch: number): Gate => ({
  figures: ["2a"],
  what: `knee of prefill, batch ${batch}`,
  must: "1.5 x the flat part within a factor of 2",
  reason:
    "below it the GPU waits for weights, above it for products: where a roofline has its corner",
  judge: (points) => kneeWithin(ofBatch(points, batch), { factor: 1.5, xOf: inputOf }),
});

/** Where KV memory ends, no larger batch is in flight. */
const coinciding = (figure: string, xOf: typeof inputOf, fromTokens: number): Gate => ({
  figures: [figure],
  what: "batches 64 and 128 where KV memory ends",
  must: `within 10 % of each other from ${fromTokens} tokens`,
  reason: "a 48 GB card holds some 200,000 tokens of this network: longer ones wait for their turn",
  judge: (points) => {
    const long = points.filter((point) => xOf(point) >= fromTokens);
    return coincide([ofBatch(long, 64), ofBatch(long, 128)], 0.1, xOf);
  },
});

export const gatesOfLengths: readonly Gate[] = [
  median("2a", "prefill over prompts"),
  median("2b", "decoding over prompts"),
  median("2c", "decoding over outputs"),
  prefillKnee(1),
  prefillKnee(8),
  {
    figures: ["2a"],
    what: "prefill, batches 8 and 128, saturated",
    must: "within 10 % of each other from 512 tokens",
    reason: "products fill the GPU by themselves: the paper has 0.0051 and 0.0052 kWh",
    judge: (points) => {
      const long = points.filter((point) => inputOf(point) >= 512);
      return coincide([ofBatch(long, 8), ofBatch(long, 128)], 0.1, inputOf);
    },
  },
  {
    figures: ["2b"],
    what: "knee of decoding over context, batch 128",
    must: "1.5 x the flat part within a factor of 2",
    reason: "where reading the KV cache takes half as long as reading the weights",
    judge: (points) => kneeWithin(ofBatch(points, 128), { factor: 1.5, xOf: inputOf }),
  },
  {
    figures: ["2c"],
    what: "knee of decoding over outputs, batch 128",
    must: "1.5 x the joules a step of 64 outputs within a factor of 2",
    reason: "where the KV cache ends and batches shrink",
    judge: (points) =>
      kneeWithin(
        ofBatch(points, 128).filter((point) => outputOf(point) >= 64),
        {
          factor: 1.5,
          xOf: outputOf,
          yOf: (value, point) => value / (outputOf(point) - 1),
        },
      ),
  },
  coinciding("2b", inputOf, 4096),
  coinciding("2c", outputOf, 4096),
];
