import { workerData } from "node:worker_threads";
import type { Plan } from "./plan.ts";
import { choiceStudy, type Studied } from "./studyChoice.ts";

const plan: Plan = workerData;
const study = choiceStudy(plan);

/** A thread's task: some choices, one after the other. */
export async function studyChoices(indices: readonly number[]): Promise<Studied[]> {
  const studied: Studied[] = [];
  for (const index of indices) studied.push(await study(index));
  return studied;
}
