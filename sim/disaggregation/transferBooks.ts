import { Distribution, type Statistics } from "../metrics/distribution.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Bytes, Joules, Seconds } from "../units.ts";
import type { Handover, HandoverConfig } from "./handover.ts";

/** What the transfers of a run took. */
export interface TransferTotals {
  /** Those that ended. */
  readonly count: number;
  /** Moved, those included that the horizon broke off. */
  readonly bytes: Bytes;
  readonly energyJ: Joules;
  /** From the first token until the decode pool has room. */
  readonly waitS: Statistics | undefined;
  /** On the link. */
  readonly transferS: Statistics | undefined;
}

/** Books transfers: their joules to the request, to the run and to the seconds that they took. */
export class TransferBooks {
  readonly #config: HandoverConfig;
  readonly #recorder: Recorder;
  readonly #waitS = new Distribution();
  readonly #transferS = new Distribution();
  #count = 0;
  #bytes: Bytes = 0;

  constructor(config: HandoverConfig, recorder: Recorder) {
    this.#config = config;
    this.#recorder = recorder;
  }

  bytesOf({ request }: Handover): Bytes {
    return this.#config.bytesPerToken * request.kvTokens;
  }

  /** One that has ended; tells its bytes. */
  add(handover: Handover, nowS: Seconds): Bytes {
    const bytes = this.bytesOf(handover);
    this.#count++;
    this.#waitS.add(handover.startedS - handover.offeredS);
    this.#transferS.add(nowS - handover.startedS);
    this.#book(handover, bytes, nowS);
    return bytes;
  }

  /** One that is broken off. */
  addPart(handover: Handover, leftBytes: Bytes, nowS: Seconds): void {
    this.#book(handover, this.bytesOf(handover) - leftBytes, nowS);
  }

  totals(): TransferTotals {
    return {
      count: this.#count,
      bytes: this.#bytes,
      energyJ: this.#recorder.energy.transferJ,
      waitS: this.#waitS.statistics(),
      transferS: this.#transferS.statistics(),
    };
  }

  #book({ request, startedS }: Handover, bytes: Bytes, nowS: Seconds): void {
    const energyJ = this.#config.energyPerByteJ * bytes;
    const { energy, series } = this.#recorder;
    this.#bytes += bytes;
    request.energyJ += energyJ;
    energy.transferJ += energyJ;
    energy.runJ += energyJ;
    series?.addEvenly({ startedS, endedS: nowS }, energyJ);
  }
}
