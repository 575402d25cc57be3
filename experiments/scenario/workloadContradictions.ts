import type { Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { SessionsFile } from "./sharingSchema.ts";
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
  const { replay, streamed } = loaded.traces;
  const isTimed = streamed !== undefined || replay?.arrivalS !== undefined;
  if (arrivals === null && trace !== null && !isTimed) {
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
    refuseOpenSessions(workload, sessions, refuse);
  }
  if (shared_prefix !== null && shared_prefix.tokens > maxModelLen - 2) {
    const message = `${shared_prefix.tokens} tokens leave no room for a prompt and an answer`;
    refuse(["shared_prefix", "tokens"], `${message} in max_model_len (${maxModelLen})`);
  }
}

/** Of conversations that begin at times of their own. */
function refuseOpenSessions(
  { arrivals, max_concurrency }: WorkloadFile,
  { think_time_s }: SessionsFile,
  refuse: Refuse,
): void {
  if (think_time_s === null) {
    const message = "missing; only a closed_loop has a think_time_s to fall back on";
    refuse(["sessions", "think_time_s"], message);
  }
  if (max_concurrency !== null) {
    const message = "a client that sends so many requests at once holds no conversations";
    refuse(["max_concurrency"], `${message}; give one of max_concurrency and sessions`);
  }
  if (arrivals?.kind === "gamma" && arrivals.rescale) {
    const message = "stretches the times of all requests, but these begin conversations only";
    refuse(["arrivals", "rescale"], message);
  }
}
