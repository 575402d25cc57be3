import { assert } from "./assert.ts";
import type { Recorder } from "./metrics/recorder.ts";
import { type PrefillChunk, prefillFlop, usefulPrefillFlop } from "./prefill.ts";
import type { Replica } from "./replica.ts";
import type { RunRecord } from "./runRecord.ts";
import { endS, energyUntilJ, type StepRun, spanS, stepsEndedAt } from "./stepRun.ts";
import type { Joules, Seconds } from "./units.ts";

/** Books what the runs of one replica took and gave: joules, time, tokens, blocks. */
export class StepBooks {
  readonly #replica: Replica;
  readonly #recorder: Recorder;
  readonly #run: StepRun;
  #usedBlocksAtStart = 0;

  constructor(replica: Replica, recorder: Recorder, run: StepRun) {
    this.#replica = replica;
    this.#recorder = recorder;
    this.#run = run;
  }

  /** A run begins; the blocks of its prompts are taken. */
  open(): void {
    this.#usedBlocksAtStart = this.#replica.kv.used;
  }

  /** Power, busy time and utilisation of the run until `untilS`. */
  bookTime(untilS: Seconds): void {
    const run = this.#run;
    const { energy, time } = this.#recorder;
    const spanS = untilS - run.startS;
    const ended = stepsEndedAt(run, untilS);
    const partRatio =
      ended === run.steps ? 0 : (untilS - endS(run, ended)) / (run.firstS + ended * run.growthS);
    energy.runJ += energyUntilJ(run, untilS);
    time.busyS += spanS;
    time.busyGpuS += run.gpus * spanS;
    time.seqS += run.seqs * spanS;
    time.mfuGpuS += run.gpus * series(run.firstMfuS, run.growthMfuS, ended, partRatio);
    time.mbuGpuS += run.gpus * series(run.firstMbuS, run.growthMbuS, ended, partRatio);
    const { kv } = this.#replica;
    const kvUsedRatio = kv.capacity === 0 ? 0 : kv.used / kv.capacity;
    this.#recorder.series?.add(run, untilS, kvUsedRatio);
    if (this.#recorder.onRun !== undefined) this.#tell(this.#recorder.onRun, untilS, kvUsedRatio);
  }

  #tell(onRun: (run: RunRecord) => void, untilS: Seconds, kvUsedRatio: number): void {
    const run = this.#run;
    const { id, chunks, waitingSeqs } = this.#replica;
    onRun({
      replica: id,
      startS: run.startS,
      endS: untilS,
      steps: run.steps,
      decodeSeqs: run.decodeSeqs,
      prefillSeqs: chunks.length,
      prefillTokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0),
      waitingSeqs,
      kvUsedRatio,
      energyJ: energyUntilJ(run, untilS),
    });
  }

  /** Tokens, blocks and joules of the first `count` steps for everyone who decodes in them. */
  bookSteps(count: number): void {
    const replica = this.#replica;
    const run = this.#run;
    this.#recorder.steps += count;
    if (run.decodeSeqs > 0) {
      replica.meter.add(run, replica.step, count);
      this.#recorder.tokens.output += count * replica.decode.liveSeqs * replica.returnedSeqs;
      this.#bookGaps(count);
      replica.kv.grow(replica.step, count);
      replica.step += count;
      replica.decode.advance(count, replica.step);
    }
    this.#bookKv(spanS(run, count));
  }

  #bookGaps(count: number): void {
    const { itlS } = this.#recorder;
    const { gaps, pauses, step, decode } = this.#replica;
    const run = this.#run;
    if (pauses !== undefined) {
      pauses.book(run, { step, count, seqs: decode.liveSeqs }, { itlS, gaps });
      return;
    }
    const range = { first: run.firstS, growth: run.growthS, count };
    if (decode.liveSeqs > 0) itlS.addRange(range, decode.liveSeqs);
    gaps?.add(range, step);
  }

  #bookKv(spanS: Seconds): void {
    const { kv } = this.#replica;
    const { time } = this.#recorder;
    if (kv.capacity === 0) return;
    time.kvRatioS += (((this.#usedBlocksAtStart + kv.used) / 2) * spanS) / kv.capacity;
    time.kvPeakRatio = Math.max(time.kvPeakRatio, kv.used / kv.capacity);
  }

  /** Shares prefill joules by FLOPs; what is padding or was computed before is wasted. */
  bookPrefill(prefillJ: Joules): void {
    const { chunks, config } = this.#replica;
    if (chunks.length === 0) return;
    const { energy, waste } = this.#recorder;
    let flop = 0;
    for (const chunk of chunks) flop += this.#flopOf(chunk);
    assert(flop > 0, "a prefill without FLOPs");
    for (const chunk of chunks) {
      const shareJ = (prefillJ * this.#flopOf(chunk)) / flop;
      const usefulJ = (prefillJ * usefulPrefillFlop(config.stepModel, chunk)) / flop;
      chunk.request.energyJ += shareJ;
      energy.prefillJ += usefulJ;
      this.#recorder.work?.prefill(chunk.request, this.#replica.id, usefulJ);
      energy.wastedJ += shareJ - usefulJ;
      // Whoever is padded is of a static batch, in which nobody is preempted.
      if (chunk.request.paddingTokens > 0) waste.paddingJ += shareJ - usefulJ;
      else waste.recomputedJ += shareJ - usefulJ;
    }
  }

  #flopOf({ request, tokens }: PrefillChunk): number {
    return prefillFlop(this.#replica.config.stepModel, request.kvTokens, tokens);
  }
}

function series(first: number, growth: number, count: number, partRatio: number): number {
  const whole = count * first + (growth * count * (count - 1)) / 2;
  return whole + partRatio * (first + growth * count);
}
