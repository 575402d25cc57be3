import { assert } from "../assert.ts";
import type { RoutedRequest, Router } from "../ports.ts";

/** Every turn of a conversation goes where its number hashes to, whatever the load, as a hash ring does. */
export function session(): Router {
  const route: Router = (request, replicas) =>
    Math.floor(hashRatio(conversationOf(request)) * replicas.length);
  return Object.assign(route, { keepsHomes: true });
}

/** The last text of a prompt that is to be continued stands for its conversation. */
function conversationOf({ id, details: { shared, isContinued } }: RoutedRequest): number {
  const conversation = isContinued === true ? shared?.at(-1)?.textId : undefined;
  assert(conversation !== undefined, `request ${id} is of no conversation`);
  return conversation;
}

/** 0 to 1, even over whole numbers in a row: the finalizer of MurmurHash3 (Appleby, public domain). */
function hashRatio(whole: number): number {
  let bits = Math.imul(whole ^ (whole >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
