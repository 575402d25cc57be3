import type { RequestSpec, SharedText } from "../../sim/ports.ts";
import type { SmallRequest, SmallWorld } from "./smallWorldParts.ts";

/** The requests of a small world: the first conversation and some prompts begin with a text alike. */
export function specsOf({ requests, textTokens, classes }: SmallWorld): RequestSpec[] {
  const said = new Map<number, number>();
  let arrivalS = 0;
  return requests.map((small) => {
    arrivalS += small.gapS;
    const { outputTokens, conversation, tenant, cancelAfterS } = small;
    const common = {
      arrivalS,
      outputTokens,
      tenant,
      cancelAfterS,
      classId: classes === undefined ? undefined : small.classId,
    };
    const begins = beginning(small, textTokens);
    const beginsTokens = begins.reduce((sum, { tokens }) => sum + tokens, 0);
    if (conversation === undefined) {
      return { ...common, promptTokens: beginsTokens + small.promptTokens, shared: begins };
    }
    const tokens = (said.get(conversation) ?? 0) + small.promptTokens;
    said.set(conversation, tokens + outputTokens);
    const shared = [...begins, { textId: 100 + conversation, tokens }];
    return { ...common, promptTokens: beginsTokens + tokens, shared, isContinued: true };
  });
}

function beginning(
  { text, conversation }: SmallRequest,
  textTokens: readonly number[],
): readonly SharedText[] {
  const textId = conversation === 0 ? 0 : text;
  const tokens = textId === undefined ? undefined : textTokens[textId];
  return textId === undefined || tokens === undefined ? [] : [{ textId, tokens }];
}
