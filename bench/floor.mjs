import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cases } from "./cases.mjs";
import { countsOf } from "./counted.mjs";

/**
 * The least that a request can cost with this step model: its share of prices, of events, of draws and of the books,
 * each timed alone in a tight loop, beside what the whole loop takes. What is left between the two is
 * batching, KV blocks and the books of runs.
 */
export async function floorText(checkout) {
  const part = (path) => import(pathToFileURL(join(checkout, "dist", path)).href);
  const [{ loadObject }, { compose }, { Simulation }, { Calendar }, { emptyCost, emptyShape }] =
    await Promise.all([
      part("experiments/scenario/load.js"),
      part("experiments/scenario/compose.js"),
      part("sim/simulation.js"),
      part("sim/calendar.js"),
      part("sim/ports.js"),
    ]);
  const { newRecorder, recordEnd } = await part("sim/metrics/recorder.js");
  const { newRequest } = await part("sim/request.js");
  const composed = () => compose(loadObject(cases["100k"], checkout)).simulation;
  const { price } = composed().replicas[0].stepModel;
  const shape = { ...emptyShape(), decodeSeqs: 8, decodeTokens: 8, sampledSeqs: 8 };
  const cost = emptyCost();
  const priceNs = leastNs(500_000, (i) => {
    shape.decodeContextTokens = 4000 + (i % 1000);
    price(shape, cost);
  });
  const calendar = new Calendar();
  for (let i = 0; i < 3; i++) calendar.schedule(i, { kind: "batchWait", replica: i });
  const eventNs = leastNs(500_000, (i) => {
    calendar.schedule(i + 3, { kind: "batchWait", replica: 0 });
    calendar.next();
  });
  const { source } = composed();
  const drawNs = leastNs(20_000, () => source.next());
  const recorder = newRecorder([]);
  const spec = { arrivalS: 0, promptTokens: 512, outputTokens: 128 };
  const recordNs = leastNs(100_000, (id) => {
    const request = newRequest(spec, { id, outputTokens: 128, priority: 0, enqueuedS: 0 });
    request.status = "completed";
    request.scheduledS = 0;
    request.firstTokenS = 0.5;
    request.endS = 1 + id;
    request.emittedTokens = 128;
    recordEnd(recorder, { request, returnedSeqs: 1 }, { levels: undefined, className: undefined });
  });
  const loopNs = leastNs(1, () => new Simulation(composed()).run()) / 100_000;
  const { prices, pushes } = await countsOf(checkout, cases["10k"]);
  const floorNs = prices * priceNs + pushes * eventNs + drawNs + recordNs;
  return (
    `A request of case 100k takes ${(loopNs / 1000).toFixed(2)} µs in the loop. At least: ` +
    `${prices.toFixed(2)} prices of ${priceNs.toFixed(0)} ns, ${pushes.toFixed(2)} events of ` +
    `${eventNs.toFixed(0)} ns, a draw of ${drawNs.toFixed(0)} ns, a record of ${recordNs.toFixed(0)} ns: ` +
    `${(floorNs / 1000).toFixed(2)} µs. The loop takes ${(loopNs / floorNs).toFixed(1)} times that.`
  );
}

/** CPU nanoseconds of a call: of the fastest of three rounds, which nothing disturbed. */
function leastNs(calls, call) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) call(round * calls + i);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (1000 * (user + system)) / calls);
  }
  return least;
}
