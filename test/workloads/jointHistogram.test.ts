import { expect, test } from "vitest";
import { coloured, plain } from "../../experiments/report/paint.ts";
import { heatMap, rateLine } from "../../experiments/report/workloadPictures.ts";
import { jointHistogram, powerOfTwoAbove } from "../../workloads/jointHistogram.ts";
import { rateOverTime } from "../../workloads/rateOverTime.ts";

test("a length goes into the class of the power of two that is no smaller", () => {
  expect([1, 2, 3, 4, 5, 512, 513, 2 ** 31, 2 ** 31 + 1].map(powerOfTwoAbove)).toEqual([
    1,
    2,
    4,
    4,
    8,
    512,
    1024,
    2 ** 31,
    2 ** 32,
  ]);
});

const counter = jointHistogram();
for (const [promptTokens = 0, outputTokens = 0] of [
  [100, 1],
  [120, 4],
  [1500, 4],
  [1500, 4],
]) {
  counter.add({ promptTokens, outputTokens });
}
const joint = counter.histogram();

test("requests are counted by input and output, empty classes between included", () => {
  expect(joint).toEqual({
    inputTokens: [128, 256, 512, 1024, 2048],
    outputTokens: [1, 2, 4],
    counts: [
      [1, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 2],
    ],
  });
});

const map = {
  input_up_to: joint.inputTokens,
  output_up_to: joint.outputTokens,
  counts: joint.counts,
};

test("the fullest class of the heat map is the darkest, an empty one is blank", () => {
  const lines = heatMap(map, plain).split("\n");
  expect(lines[1]).toBe("              1     2     4");
  expect(lines[2]).toBe("     128 ▓▓▓▓▓▓      ▓▓▓▓▓▓");
  expect(lines[3]).toBe("     256");
  expect(lines[6]).toBe("      2k             ██████");
  expect(heatMap(map, coloured)).toContain("█");
});

test("rates over time are counts by the length of a bin; the last request counts", () => {
  const rates = rateOverTime(8, 4);
  for (const timeS of [0, 1, 1.5, 8]) rates.add(timeS);
  expect(rates.rates()).toEqual({ binS: 2, ratesPerS: [1.5, 0, 0, 0.5] });
  expect(rateLine({ bin_s: 2, rates_rps: [1.5, 0, 0, 0.5] })).toBe(
    "█  ▃  a bar is 2.00 s, the highest 1.50 requests/s",
  );
});
