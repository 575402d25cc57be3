import type { ChangeConfig } from "./changes/change.ts";
import type { HandoverConfig, TransferRecord } from "./disaggregation/handover.ts";
import type { FailureConfig } from "./failures/outages.ts";
import type { Standby } from "./fleet.ts";
import type { Overload } from "./metrics/overload.ts";
import type { Pool } from "./metrics/poolBooks.ts";
import type { ServiceLevels } from "./metrics/recorder.ts";
import type { LockstepModel, RequestSource, Router } from "./ports.ts";
import type { ReplicaConfig } from "./replicaConfig.ts";
import type { RequestRecord } from "./request.ts";
import type { RunRecord } from "./runRecord.ts";
import type { Seconds } from "./units.ts";

/** What the requests of one kind have in common. */
export interface RequestClass {
  readonly name: string;
  /** The lower, the earlier it is served, as in vLLM. */
  readonly priority: number;
  /** In place of the run's. */
  readonly serviceLevels?: ServiceLevels | undefined;
  /** From arrival until the client gives up; undefined: it waits for ever. */
  readonly timeoutS?: Seconds | undefined;
}

/** Everything that decides a run. */
export interface SimulationConfig {
  readonly source: RequestSource;
  /** A replica's id is its place here. */
  readonly replicas: readonly ReplicaConfig[];
  /** Which of the replicas are alike, in their order; undefined: all are. */
  readonly pools?: readonly Pool[] | undefined;
  /** Ranks that step together, each a replica here: how the first so many replicas are priced. */
  readonly lockstep?: readonly LockstepModel[] | undefined;
  readonly router: Router;
  /** From replicas that hand over to those that take over, which come last; undefined: there are none. */
  readonly handover?: HandoverConfig | undefined;
  /** Undefined: replicas never fail. */
  readonly failures?: FailureConfig | undefined;
  /** Undefined: nothing changes in the midst of the run. */
  readonly changes?: ChangeConfig | undefined;
  /** Between a request's arrival and the engine: API, tokeniser. */
  readonly frontEndS: Seconds;
  /** Ends the run; undefined: the run ends when every request has. */
  readonly horizonS?: Seconds | undefined;
  readonly serviceLevels?: ServiceLevels | undefined;
  /** What a request's classId points at. */
  readonly classes?: readonly RequestClass[] | undefined;
  /** Until a client gives up whose class has no patience of its own; undefined: it waits for ever. */
  readonly timeoutS?: Seconds | undefined;
  /** True where requests may say after what time their clients cancel. */
  readonly clientsCancel?: boolean | undefined;
  /** True in a closed loop, whose users ask again only once they are answered: never an overload. */
  readonly usersWait?: boolean | undefined;
  /** Users of a closed loop: asks for the steady window. */
  readonly steadyConcurrency?: number | undefined;
  /** GPUs that are powered but hold no context, and what they draw together. */
  readonly standby?: Standby | undefined;
  /** Each request once, when it ends; the unfinished ones at the end of the run. */
  readonly onRequestEnd?: ((request: RequestRecord) => void) | undefined;
  /** Each run of steps on a replica, when it has ended. */
  readonly onRun?: ((run: RunRecord) => void) | undefined;
  /** Each KV transfer, when it ends. */
  readonly onTransfer?: ((transfer: TransferRecord) => void) | undefined;
  /** Once, when requests are first seen to come faster than they are served. */
  readonly onOverload?: ((overload: Overload) => void) | undefined;
  /** Keeps batches, KV blocks and the highest step beside the watts of each second. */
  readonly detailedSeries?: boolean | undefined;
  /** Keeps the gaps between each request's tokens, for its record. */
  readonly tokenGaps?: boolean | undefined;
  /** False: one step at a time, the twin that macro-steps are tested against. */
  readonly macroSteps?: boolean | undefined;
}
