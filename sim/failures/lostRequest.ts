import type { Recorder } from "../metrics/recorder.ts";
import type { Replica } from "../replica.ts";
import type { Request } from "../request.ts";
import type { Joules } from "../units.ts";

/**
 * Takes a request from a replica that is down, as it came: what it had cached and emitted is lost, and
 * counts when it comes again. It keeps its joules, which are wasted, and the time of its first token.
 */
export function lose(
  request: Request,
  recorder: Recorder,
  { returnedSeqs }: Pick<Replica, "returnedSeqs">,
): Joules {
  const { tokens } = recorder;
  if (request.emittedTokens > 0) {
    tokens.output -= request.emittedTokens * returnedSeqs;
    tokens.first -= returnedSeqs;
    tokens.input -= request.promptTokens;
  }
  request.emittedTokens = 0;
  request.computedTokens = 0;
  request.kvTokens = 0;
  request.prefillTarget = request.promptTokens;
  request.replica = undefined;
  return recorder.work?.lose(request, recorder) ?? 0;
}
