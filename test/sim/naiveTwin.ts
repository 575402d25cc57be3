import type { BatchShape, StepCost, StepModel } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { emptyCost, emptyShape } from "../../sim/shapley.ts";
import type { SmallWorld } from "../support/smallWorlds.ts";

/**
 * The engine's twin without any of its art: one step at a time, one request and one token at a time,
 * every joule shared on the spot by the rules of the interface. Schedules as vLLM's own loop does.
 */
export interface NaiveRequest {
  readonly id: number;
  readonly arrivalS: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  status: "unfinished" | "completed" | "rejected";
  replica: number | undefined;
  readonly enqueuedS: number;
  scheduledS: number | undefined;
  endS: number | undefined;
  readonly tokenS: number[];
  decoding: boolean;
  /** Cached tokens, those that have room in the cache, and most ever cached. */
  kvTokens: number;
  heldTokens: number;
  computedTokens: number;
  paddingTokens: number;
  preemptions: number;
  energyJ: number;
}

interface Chunk {
  readonly request: NaiveRequest;
  readonly tokens: number;
}

interface Step {
  readonly startS: number;
  readonly endS: number;
  readonly prefills: readonly Chunk[];
  readonly decodes: readonly NaiveRequest[];
  readonly whole: StepCost;
  readonly prefillJ: number;
  /** Joules per sequence and per context token of decoding. */
  readonly perSeqJ: number;
  readonly perContextTokenJ: number;
}

interface NaiveReplica {
  readonly id: number;
  running: NaiveRequest[];
  readonly waiting: NaiveRequest[];
  step: Step | undefined;
}

export interface NaiveBooks {
  readonly requests: NaiveRequest[];
  prefillJ: number;
  decodeJ: number;
  wastedJ: number;
  busyJ: number;
  busyS: number;
  seqS: number;
  mfuS: number;
  mbuS: number;
  steps: number;
  preemptions: number;
  computedPrompt: number;
  peakBlocks: number;
}

export function naiveTwin(world: SmallWorld, config: ReplicaConfig): NaiveBooks {
  const twin = new NaiveTwin(world, config);
  twin.run();
  return twin.books;
}

class NaiveTwin {
  readonly books: NaiveBooks = {
    requests: [],
    prefillJ: 0,
    decodeJ: 0,
    wastedJ: 0,
    busyJ: 0,
    busyS: 0,
    seqS: 0,
    mfuS: 0,
    mbuS: 0,
    steps: 0,
    preemptions: 0,
    computedPrompt: 0,
    peakBlocks: 0,
  };
  readonly #world: SmallWorld;
  readonly #config: ReplicaConfig;
  readonly #model: StepModel;
  readonly #arrivals: { arrivalS: number; promptTokens: number; outputTokens: number }[] = [];
  readonly #replicas: NaiveReplica[];
  readonly #batchWaitS: number | undefined;

  constructor(world: SmallWorld, config: ReplicaConfig) {
    this.#world = world;
    this.#config = config;
    this.#model = config.stepModel;
    this.#batchWaitS = world.maxBatchedTokens > 150 ? 0.5 : undefined;
    let arrivalS = 0;
    for (const { gapS, promptTokens, outputTokens } of world.requests) {
      arrivalS += gapS;
      this.#arrivals.push({ arrivalS, promptTokens, outputTokens });
    }
    this.#replicas = Array.from({ length: world.replicas }, (_, id) => ({
      id,
      running: [],
      waiting: [],
      step: undefined,
    }));
  }

  run(): void {
    const horizonS = this.#world.horizonS ?? Number.POSITIVE_INFINITY;
    let nowS = this.#nextS(0);
    while (nowS <= horizonS && Number.isFinite(nowS)) {
      this.#instant(nowS, nowS === horizonS);
      nowS = this.#nextS(nowS);
    }
    if (Number.isFinite(horizonS)) this.#stop(horizonS);
  }

  #instant(nowS: number, isLast: boolean): void {
    for (const replica of this.#replicas) {
      if (replica.step?.endS === nowS) this.#end(replica, replica.step);
    }
    while (this.#isDue(nowS)) this.#arrive(nowS);
    if (isLast) return;
    for (const replica of this.#replicas) if (replica.step === undefined) this.#form(replica, nowS);
  }

  #isDue(nowS: number): boolean {
    const [next] = this.#arrivals;
    return next !== undefined && next.arrivalS + this.#world.frontEndS <= nowS;
  }

  /** The next instant at which something ends, arrives or has waited long enough. */
  #nextS(nowS: number): number {
    const times: number[] = [];
    const [arrival] = this.#arrivals;
    if (arrival !== undefined) times.push(arrival.arrivalS + this.#world.frontEndS);
    for (const { step, waiting } of this.#replicas) {
      const [head] = waiting;
      if (step !== undefined) times.push(step.endS);
      else if (head !== undefined && this.#batchWaitS !== undefined) {
        const startsByS = head.enqueuedS + this.#batchWaitS;
        if (startsByS > nowS) times.push(startsByS);
      }
    }
    return Math.min(...times);
  }

  #newRequest(nowS: number): NaiveRequest {
    const spec = this.#arrivals.shift();
    if (spec === undefined) throw new Error("nobody arrives");
    const room = Math.max(0, this.#config.maxModelLen - spec.promptTokens);
    const request: NaiveRequest = {
      ...spec,
      id: this.books.requests.length,
      outputTokens: Math.min(spec.outputTokens, room),
      status: "unfinished",
      replica: undefined,
      enqueuedS: nowS,
      scheduledS: undefined,
      endS: undefined,
      tokenS: [],
      decoding: false,
      kvTokens: 0,
      heldTokens: 0,
      computedTokens: 0,
      paddingTokens: 0,
      preemptions: 0,
      energyJ: 0,
    };
    this.books.requests.push(request);
    return request;
  }

  #routed = 0;

  #arrive(nowS: number): void {
    const request = this.#newRequest(nowS);
    if (request.outputTokens === 0) {
      request.status = "rejected";
      return;
    }
    const load = ({ running, waiting }: NaiveReplica) => running.length + waiting.length;
    const [least] = [...this.#replicas].sort((a, b) => load(a) - load(b) || a.id - b.id);
    const turn = this.#replicas[this.#routed++ % this.#replicas.length];
    const chosen = this.#world.leastLoaded ? least : turn;
    request.replica = chosen?.id;
    chosen?.waiting.push(request);
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#config.blockSize);
  }

  #usedBlocks({ running }: NaiveReplica): number {
    return running.reduce((sum, { heldTokens }) => sum + this.#blocksOf(heldTokens), 0);
  }

  /** Gives the request room for so many cached tokens; false where too few blocks are free. */
  #allocate(replica: NaiveReplica, request: NaiveRequest, tokens: number): boolean {
    const others = this.#usedBlocks(replica) - this.#blocksOf(request.heldTokens);
    const held = replica.running.includes(request) ? others : this.#usedBlocks(replica);
    if (held + this.#blocksOf(tokens) > this.#config.kvBlocks) return false;
    request.heldTokens = tokens;
    return true;
  }

  #form(replica: NaiveReplica, nowS: number): void {
    const chunks =
      this.#world.scheduler === "static"
        ? this.#staticBatch(replica, nowS)
        : this.#chunked(replica);
    if (chunks.length === 0) return;
    for (const { request } of chunks) request.scheduledS ??= nowS;
    const prefills = chunks.filter(({ request }) => !request.decoding);
    const decodes = chunks.map(({ request }) => request).filter(({ decoding }) => decoding);
    replica.step = this.#priced(prefills, decodes, nowS);
  }

  /** vLLM v1's Scheduler.schedule: running requests, then waiting ones if none was preempted. */
  #chunked(replica: NaiveReplica): Chunk[] {
    const preemptedBefore = this.books.preemptions;
    const chunks = this.#scheduleRunning(replica, this.#world.maxBatchedTokens);
    if (this.books.preemptions > preemptedBefore) return chunks;
    let budget = this.#world.maxBatchedTokens;
    for (const { tokens } of chunks) budget -= tokens;
    while (budget > 0 && replica.running.length < this.#world.maxSeqs) {
      const [request] = replica.waiting;
      if (request === undefined) break;
      const tokens = Math.min(budget, targetOf(request));
      if (!this.#allocate(replica, request, tokens)) break;
      replica.waiting.shift();
      replica.running.push(request);
      chunks.push({ request, tokens });
      budget -= tokens;
    }
    return chunks;
  }

  #scheduleRunning(replica: NaiveReplica, maxTokens: number): Chunk[] {
    const chunks: Chunk[] = [];
    let budget = maxTokens;
    for (const request of [...replica.running]) {
      const tokens = Math.min(budget, targetOf(request) - request.kvTokens);
      const isRunning = () => replica.running.includes(request);
      if (tokens === 0) break;
      while (isRunning() && !this.#allocate(replica, request, request.kvTokens + tokens)) {
        this.#preemptLast(replica);
      }
      if (!isRunning()) break;
      chunks.push({ request, tokens });
      budget -= tokens;
    }
    return chunks;
  }

  #preemptLast(replica: NaiveReplica): void {
    const victim = replica.running.pop();
    if (victim === undefined) return;
    victim.kvTokens = 0;
    victim.heldTokens = 0;
    victim.decoding = false;
    victim.preemptions++;
    this.books.preemptions++;
    replica.waiting.unshift(victim);
  }

  #staticBatch(replica: NaiveReplica, nowS: number): Chunk[] {
    if (replica.running.length > 0) {
      return replica.running.map((request) => {
        this.#allocate(replica, request, request.kvTokens + 1);
        return { request, tokens: 1 };
      });
    }
    const [head] = replica.waiting;
    if (head === undefined) return [];
    const overdue = this.#batchWaitS !== undefined && head.enqueuedS + this.#batchWaitS <= nowS;
    const full = replica.waiting.length >= this.#world.maxSeqs;
    if (!full && !overdue && this.#arrivals.length > 0) return [];
    replica.running = replica.waiting.splice(0, this.#world.maxSeqs);
    const width = Math.max(...replica.running.map(({ promptTokens }) => promptTokens));
    return replica.running.map((request) => {
      request.paddingTokens = width - request.promptTokens;
      request.heldTokens = width;
      return { request, tokens: width };
    });
  }

  #priced(prefills: readonly Chunk[], decodes: readonly NaiveRequest[], nowS: number): Step {
    const price = (shape: BatchShape): StepCost => {
      const cost = emptyCost();
      this.#model.price(shape, cost);
      return cost;
    };
    const prefillShape = this.#prefillShape(prefills);
    const decodeShape = this.#decodeShape(decodes);
    const whole = price({
      ...decodeShape,
      prefillSeqs: prefillShape.prefillSeqs,
      prefillTokens: prefillShape.prefillTokens,
      prefillPairs: prefillShape.prefillPairs,
      prefillWindowPairs: prefillShape.prefillWindowPairs,
      prefillContextTokens: prefillShape.prefillContextTokens,
      sampledSeqs: prefillShape.sampledSeqs + decodeShape.sampledSeqs,
    });
    const prefillAloneJ = prefills.length > 0 ? price(prefillShape).energyJ : 0;
    const decodeAlone = decodes.length > 0 ? price(decodeShape) : emptyCost();
    const surplusJ = whole.energyJ - prefillAloneJ - decodeAlone.energyJ;
    const isMixed = prefills.length > 0 && decodes.length > 0;
    const prefillJ = isMixed ? prefillAloneJ + surplusJ / 2 : prefillAloneJ;
    const scale = decodes.length > 0 ? (whole.energyJ - prefillJ) / decodeAlone.energyJ : 0;
    return {
      startS: nowS,
      endS: nowS + whole.durationS,
      prefills,
      decodes,
      whole,
      prefillJ,
      perSeqJ: scale * decodeAlone.energyPerSeqJ,
      perContextTokenJ: scale * decodeAlone.energyPerContextTokenJ,
    };
  }

  #prefillShape(chunks: readonly Chunk[]): BatchShape {
    const shape = emptyShape();
    for (const { request, tokens } of chunks) {
      shape.prefillSeqs++;
      shape.prefillContextTokens += request.kvTokens;
      if (request.kvTokens + tokens === targetOf(request)) shape.sampledSeqs++;
      for (let place = request.kvTokens; place < request.kvTokens + tokens; place++) {
        shape.prefillTokens++;
        shape.prefillPairs += place + 1;
        shape.prefillWindowPairs += Math.min(place + 1, this.#model.windowTokens);
      }
    }
    return shape;
  }

  #decodeShape(decodes: readonly NaiveRequest[]): BatchShape {
    const shape = emptyShape();
    for (const { kvTokens } of decodes) {
      shape.decodeSeqs++;
      shape.decodeTokens++;
      shape.sampledSeqs++;
      shape.decodeContextTokens += kvTokens + 1;
      shape.decodeWindowTokens += Math.min(kvTokens + 1, this.#model.windowTokens);
    }
    return shape;
  }

  #flopOfToken(place: number): number {
    const { perToken, perPair, perWindowPair } = this.#model.prefillFlop;
    return perToken + perPair * (place + 1) + perWindowPair * windowed(place, this.#model);
  }

  /** Shares the joules of a step, or of the part of it that has passed. */
  #share(step: Step, passedRatio: number): void {
    const { books } = this;
    books.busyJ += passedRatio * step.whole.energyJ;
    const spanS = passedRatio * step.whole.durationS;
    books.busyS += spanS;
    books.mfuS += spanS * step.whole.mfu;
    books.mbuS += spanS * step.whole.mbu;
    books.seqS += (step.prefills.length + step.decodes.length) * spanS;
    const flops = step.prefills.map((chunk) => this.#flops(chunk));
    const allFlop = flops.reduce((sum, { whole }) => sum + whole, 0);
    step.prefills.forEach(({ request }, i) => {
      const { whole, useful } = flops[i] ?? { whole: 0, useful: 0 };
      const joules = (passedRatio * step.prefillJ * whole) / allFlop;
      request.energyJ += joules;
      books.prefillJ += (joules * useful) / whole;
      books.wastedJ += (joules * (whole - useful)) / whole;
    });
    for (const request of step.decodes) {
      const context = request.kvTokens + 1;
      const joules = passedRatio * (step.perSeqJ + context * step.perContextTokenJ);
      const isDone = request.tokenS.length === request.outputTokens;
      const paddingJ = passedRatio * request.paddingTokens * step.perContextTokenJ;
      request.energyJ += joules;
      books.wastedJ += isDone ? joules : paddingJ;
      books.decodeJ += isDone ? 0 : joules - paddingJ;
    }
  }

  /** FLOPs of a chunk, and those of its tokens that were never computed before, as if unpadded. */
  #flops({ request, tokens }: Chunk): { whole: number; useful: number } {
    let whole = 0;
    let useful = 0;
    for (let i = 0; i < tokens; i++) {
      const place = request.kvTokens + i;
      whole += this.#flopOfToken(place);
      const unpadded = place - request.paddingTokens;
      if (unpadded >= 0 && place >= request.computedTokens) useful += this.#flopOfToken(unpadded);
    }
    return { whole, useful };
  }

  #end(replica: NaiveReplica, step: Step): void {
    this.#share(step, 1);
    replica.step = undefined;
    this.books.steps++;
    this.books.peakBlocks = Math.max(this.books.peakBlocks, this.#usedBlocks(replica));
    for (const { request, tokens } of step.prefills) this.#credit(request, tokens, step.endS);
    for (const request of step.decodes) this.#credit(request, 1, step.endS);
    const isDone = ({ tokenS, outputTokens }: NaiveRequest) => tokenS.length === outputTokens;
    const leaveTogether = this.#world.scheduler === "static";
    if (leaveTogether && !replica.running.every(isDone)) return;
    for (const request of replica.running.filter(isDone)) {
      request.status = "completed";
      request.endS = step.endS;
    }
    replica.running = replica.running.filter((request) => !isDone(request));
  }

  #credit(request: NaiveRequest, tokens: number, nowS: number): void {
    for (let i = 0; i < tokens; i++) {
      const place = request.kvTokens++ - request.paddingTokens;
      const isNew = request.kvTokens > request.computedTokens;
      if (isNew && place >= 0 && place < request.promptTokens) this.books.computedPrompt++;
      request.computedTokens = Math.max(request.computedTokens, request.kvTokens);
    }
    const emits = request.decoding || request.kvTokens === targetOf(request);
    if (!emits) return;
    request.decoding = true;
    if (request.tokenS.length < request.outputTokens) request.tokenS.push(nowS);
  }

  #stop(horizonS: number): void {
    for (const { step } of this.#replicas) {
      if (step !== undefined) this.#share(step, (horizonS - step.startS) / step.whole.durationS);
    }
    while ((this.#arrivals[0]?.arrivalS ?? Number.POSITIVE_INFINITY) < horizonS) {
      this.#newRequest(horizonS);
    }
  }
}

/** Cached tokens at which it emits its next one: padding, prompt, and what it has emitted. */
function targetOf({ paddingTokens, promptTokens, tokenS }: NaiveRequest): number {
  return paddingTokens + promptTokens + tokenS.length;
}

function windowed(place: number, { windowTokens }: StepModel): number {
  return Math.min(place + 1, windowTokens);
}
