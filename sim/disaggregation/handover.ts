import type { Request } from "../request.ts";
import type { Stepper } from "../stepper.ts";
import type { Bytes, BytesPerSecond, Joules, ReplicaId, RequestId, Seconds } from "../units.ts";

/** How the KV cache of a prompt gets from the replica that computed it to the one that decodes. */
export interface HandoverConfig {
  readonly bytesPerToken: Bytes;
  readonly bandwidthBytesPerS: BytesPerSecond;
  /** What the ends and the link draw for each byte, beside the steps of both replicas. */
  readonly energyPerByteJ: Joules;
  /** When all links have but a share of their bandwidth, in order, none beside another. */
  readonly degraded?: readonly Degradation[] | undefined;
  /** Each replica that prefills has a link of its own; else all share one. */
  readonly ownLinks: boolean;
}

export interface Degradation {
  readonly fromS: Seconds;
  readonly toS: Seconds;
  /** 0: nothing moves. */
  readonly bandwidthRatio: number;
}

/** A KV cache on its way. */
export interface Handover {
  readonly request: Request;
  readonly from: Stepper;
  /** Another, where that one fails before it has come. */
  to: ReplicaId;
  /** When its first token was out. */
  readonly offeredS: Seconds;
  startedS: Seconds;
}

/** Told when a transfer has ended. */
export interface TransferRecord {
  readonly id: RequestId;
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly offeredS: Seconds;
  readonly startedS: Seconds;
  readonly endedS: Seconds;
  readonly bytes: Bytes;
}
