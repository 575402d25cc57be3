import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { drawn, fixed, llama8b as llm, poisson } from "./laws.mjs";

/** Small enough for every run of the checks; each stresses another part of the engine. */
export const countedScenarios = {
  fixed: {
    llm,
    cluster: { gpu: "H100-SXM" },
    workload: {
      arrivals: poisson(8),
      lengths: { input: fixed(512), output: fixed(128) },
      num_requests: 2000,
    },
  },
  replicas: {
    llm,
    cluster: { gpu: "H100-SXM", replicas: 64 },
    workload: {
      arrivals: poisson(200),
      lengths: { input: drawn(512), output: drawn(128) },
      num_requests: 2000,
    },
  },
  prefixes: {
    llm,
    cluster: { gpu: "H100-SXM" },
    engine: { enable_prefix_caching: true },
    workload: {
      arrivals: poisson(8),
      lengths: { input: drawn(512), output: drawn(128) },
      shared_prefix: { groups: 8, tokens: 512 },
      num_requests: 2000,
    },
  },
  overload: {
    llm,
    cluster: { gpu: "RTX-A6000" },
    engine: { scheduler: "chunked_prefill" },
    workload: {
      arrivals: poisson(40),
      lengths: { input: drawn(500), output: drawn(200) },
      num_requests: 2000,
    },
  },
  offline: {
    llm,
    cluster: { gpu: "H100-SXM" },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: fixed(512), output: fixed(512) },
      num_requests: 2000,
    },
  },
};

/**
 * What the engine does for each request, counted from outside: the hot loop holds no counters. Prices
 * asked of the step model, events put into the calendar, and instants at which something happens.
 */
export async function countsOf(checkout, scenario) {
  const part = (path) => import(pathToFileURL(join(checkout, "dist", path)).href);
  const { loadObject } = await part("experiments/scenario/load.js");
  const { compose } = await part("experiments/scenario/compose.js");
  const { Simulation } = await part("sim/simulation.js");
  const { Calendar } = await part("sim/calendar.js");
  const { simulation: config } = compose(loadObject(scenario, checkout));
  const counts = { prices: 0, pushes: 0, instants: 0 };
  const counted = new Map();
  const replicas = config.replicas.map((replica) => {
    if (!counted.has(replica)) counted.set(replica, withCount(replica, counts));
    return counted.get(replica);
  });
  const { schedule } = Calendar.prototype;
  Calendar.prototype.schedule = function (...event) {
    counts.pushes++;
    return schedule.apply(this, event);
  };
  try {
    const run = new Simulation({ ...config, replicas });
    counts.instants = 1;
    while (run.advance(Number.POSITIVE_INFINITY, 1)) counts.instants++;
    const requests = run.totals().requests.injected;
    return Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, Number((count / requests).toFixed(4))]),
    );
  } finally {
    Calendar.prototype.schedule = schedule;
  }
}

function withCount(replica, counts) {
  const { stepModel } = replica;
  const price = (shape, cost) => {
    counts.prices++;
    stepModel.price(shape, cost);
  };
  return { ...replica, stepModel: { ...stepModel, price } };
}
