import { expect, test } from "vitest";
import { GapLog } from "../../../sim/metrics/gapLog.ts";
import { newRequest } from "../../../sim/request.ts";
import { request } from "../../support/world.ts";

const run = { first: 1, growth: 0.5, count: 2 };

/** A log of runs of two steps each, from replica step 0 on. */
function logged(runs: number): GapLog {
  const log = new GapLog();
  for (let i = 0; i < runs; i++) log.add(run, 2 * i);
  return log;
}

function decoding(joinStep: number, finishStep: number) {
  return Object.assign(
    newRequest(request(0, 1, 1), { id: 0, outputTokens: 1, priority: 0, enqueuedS: 0 }),
    { joinStep, finishStep },
  );
}

const stepsOf = (kept: { pastGaps: object[] | undefined }) =>
  kept.pastGaps?.map((range) => ("step" in range ? range.step : undefined));

test("a request keeps the gaps of the runs between its joining and its leaving", () => {
  const left = decoding(4, 100);
  logged(10).keep(left, 10);
  expect(stepsOf(left)).toEqual([4, 6, 8]);
  expect(left.pastGaps?.[0]).toMatchObject({ first: 1, growth: 0.5, count: 2 });
});

test("a finished slot of a static batch keeps none of the gaps after its last token", () => {
  const finished = decoding(2, 6);
  logged(10).keep(finished, 20);
  expect(stepsOf(finished)).toEqual([2, 4]);
});

test("a request that comes back keeps the gaps of both stays", () => {
  const log = logged(10);
  const twice = decoding(0, 100);
  log.keep(twice, 4);
  twice.joinStep = 14;
  log.keep(twice, 18);
  expect(stepsOf(twice)).toEqual([0, 2, 14, 16]);
});

test("a long log forgets what nobody will ask for, and nothing else", () => {
  const log = logged(10_000);
  log.forgetBefore(4_000);
  const early = decoding(0, 1e6);
  log.keep(early, 8);
  expect(stepsOf(early)).toEqual([0, 2, 4, 6]);
  log.forgetBefore(19_990);
  const late = decoding(0, 1e6);
  log.keep(late, 1e6);
  expect(stepsOf(late)).toEqual([19_990, 19_992, 19_994, 19_996, 19_998]);
});

test("a request may keep more gaps than a call takes arguments", () => {
  const runs = 300_000;
  const long = decoding(0, 1e9);
  logged(runs).keep(long, 1e9);
  expect(long.pastGaps?.length).toBe(runs);
});
