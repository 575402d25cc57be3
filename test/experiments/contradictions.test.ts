import { describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import { loaded, smallScenario } from "./smallScenario.ts";

type Block = Readonly<Record<string, unknown>>;

/** What is wrong with the small scenario with these keys in its engine and its workload. */
function complaint({ engine = {}, workload = {} }: { engine?: Block; workload?: Block }): string {
  try {
    const changed = { ...smallScenario.workload, ...workload };
    compose(loaded({ ...smallScenario, engine, workload: changed }));
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "no complaint";
}

const users = { kind: "closed_loop", concurrency: 4 };

describe("a limit of the client's", () => {
  test("is no limit of a closed loop, whose users are it", () => {
    expect(complaint({ workload: { max_concurrency: 8, arrivals: users } })).toBe(
      "workload.max_concurrency: the users of a closed loop are the limit: concurrency 4; " +
        "give one of the two",
    );
  });

  test("that static batches could never fill is refused, as too few users are", () => {
    const engine = { stack: "hf-eager", batch_size: 8 };
    expect(complaint({ engine, workload: { max_concurrency: 7 } })).toContain(
      "workload.max_concurrency: 7 users can all wait in batches that never fill",
    );
    expect(complaint({ engine, workload: { max_concurrency: 8 } })).toBe("no complaint");
  });
});
