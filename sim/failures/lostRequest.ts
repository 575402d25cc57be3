import type { Dispatcher } from "../dispatcher.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Request } from "../request.ts";
import type { Stepper } from "../stepper.ts";
import type { Joules } from "../units.ts";

interface LossBooks {
  readonly recorder: Recorder;
  readonly dispatcher: Dispatcher;
  /** Where it was lost. */
  readonly stepper: Stepper;
}

/**
 * Takes a request from a replica that is down, as it came: what it had cached and emitted is lost, and
 * counts when it comes again. It keeps its joules, which are wasted, and the time of its first token.
 */
export function lose(request: Request, { recorder, dispatcher, stepper }: LossBooks): Joules {
  const { tokens, energy, waste, work } = recorder;
  const { returnedSeqs, id } = stepper.replica;
  const works = work?.take(request) ?? [];
  let lostJ: Joules = 0;
  for (const { replica, prefillJ, decodeJ, computedTokens } of works) {
    dispatcher.stepper(replica);
    energy.prefillJ -= prefillJ;
    energy.decodeJ -= decodeJ;
    energy.wastedJ += prefillJ + decodeJ;
    waste.lostJ += prefillJ + decodeJ;
    tokens.computedPrompt -= computedTokens;
    lostJ += prefillJ + decodeJ;
  }
  if (request.emittedTokens > 0) {
    // The first came from where it was prefilled first.
    dispatcher.stepper(works[0]?.replica ?? id);
    tokens.output -= returnedSeqs;
    tokens.first -= returnedSeqs;
    tokens.input -= request.promptTokens;
    dispatcher.stepper(id);
    tokens.output -= (request.emittedTokens - 1) * returnedSeqs;
  }
  request.emittedTokens = 0;
  request.computedTokens = 0;
  request.kvTokens = 0;
  request.prefillTarget = request.promptTokens;
  request.replica = undefined;
  request.transfer = undefined;
  return lostJ;
}
