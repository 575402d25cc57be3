import { inBatches } from "../sweep/batches.ts";
import { pointCount } from "../sweep/points.ts";
import { simulators, type Work } from "../sweep/simulators.ts";
import { threadFile } from "../threadFile.ts";
import type { Plan } from "./plan.ts";
import { choiceStudy, lostChoice, type Studied } from "./studyChoice.ts";

export interface PlanOptions {
  /** Threads; 1 does all in this one. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
}

export interface PlanProgress {
  readonly done: number;
  readonly points: number;
  readonly failed: number;
}

/** Each choice for itself, so that the answer doesn't depend on the number of threads; in their order. */
export async function studyPlan(plan: Plan, options: PlanOptions): Promise<Studied[]> {
  const { jobs, signal, onProgress } = options;
  const count = pointCount(plan.choices);
  const studied: Studied[] = [];
  const tell = () => {
    const failed = studied.filter(({ outcome }) => outcome === "failed").length;
    onProgress?.({ done: studied.length, points: count, failed });
  };
  tell();
  const simulator = simulators(workOf(plan), { jobs: Math.min(jobs, count), signal });
  try {
    await inBatches(Array.from({ length: count }, (_, index) => index).values(), {
      count,
      lanes: simulator.lanes,
      run: simulator.run,
      signal,
      onAnswer: (answers) => {
        studied.push(...answers);
        tell();
      },
    });
  } finally {
    await simulator.close();
  }
  return studied.sort((a, b) => a.index - b.index);
}

function workOf(plan: Plan): Work<Studied> {
  return {
    here: () => choiceStudy(plan),
    thread: {
      module: threadFile("planWorker", import.meta.url),
      task: "studyChoices",
      workerData: plan,
    },
    lost: lostChoice,
  };
}
