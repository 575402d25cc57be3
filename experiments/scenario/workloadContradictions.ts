import type { Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { WorkloadFile } from "./workloadSchema.ts";
import type { KeyPath } from "./yamlFile.ts";

/** @throws UserError where the parts of the workload don't go together. */
export function refuseContradictions(loaded: LoadedScenario, maxModelLen: Tokens): void {
  const { workload } = loaded.scenario;
  const { trace, dataset, arrivals, lengths, max_concurrency } = workload;
  const refuse: Refuse = (path, message) => {
    throw new UserError({ ...blame(["workload", ...path], loaded.places), message });
  };
  if (arrivals !== null && trace === null && dataset === null && lengths === null) {
    const message = "missing; arrivals say when requests come, not how long they are";
    refuse(["lengths"], `${message}: give lengths, or a trace or a dataset in their place`);
  }
  const given = Object.entries({ trace, dataset, lengths }).filter(([, value]) => value !== null);
  const [first, second] = given.map(([name]) => name);
  if (first === undefined) {
    refuse([], "missing; expected a trace, a dataset, or arrivals with lengths");
  }
  if (second !== undefined) {
    refuse([second], `${first} says already how long requests are; give one of the two`);
  }
  if (lengths !== null && arrivals === null) {
    refuse(["arrivals"], "missing; lengths need an arrival process beside them");
  }
  if (max_concurrency !== null && arrivals?.kind === "closed_loop") {
    const message = `the users of a closed loop are the limit: concurrency ${arrivals.concurrency}`;
    refuse(["max_concurrency"], `${message}; give one of the two`);
  }
  if (arrivals !== null && trace !== null && trace.rate_scale !== 1) {
    refuse(["trace", "rate_scale"], "has nothing to scale: arrivals replaces the trace's times");
  }
  if (arrivals === null && trace !== null && loaded.traces.replay?.arrivalS === undefined) {
    refuse(["trace"], "the file has no arrival times; give workload.arrivals");
  }
  refuseSharing(workload, maxModelLen, refuse);
}

type Refuse = (path: KeyPath, message: string) => never;

/** Of what prompts and requests have in common. */
function refuseSharing(workload: WorkloadFile, maxModelLen: Tokens, refuse: Refuse): void {
  const { trace, arrivals, shared_prefix, sessions } = workload;
  const ofTrace = "what the prompts of a trace begin with is the trace's to say";
  if (shared_prefix !== null && trace !== null) refuse(["shared_prefix"], ofTrace);
  if (sessions !== null && trace !== null) refuse(["sessions"], ofTrace);
  if (sessions !== null && arrivals?.kind !== "closed_loop") {
    const reason = "only its users wait for an answer before they go on";
    refuse(["sessions"], `conversations need arrivals of kind closed_loop: ${reason}`);
  }
  if (shared_prefix !== null && shared_prefix.tokens > maxModelLen - 2) {
    const message = `${shared_prefix.tokens} tokens leave no room for a prompt and an answer`;
    refuse(["shared_prefix", "tokens"], `${message} in max_model_len (${maxModelLen})`);
  }
}
