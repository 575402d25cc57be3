import type { ReplicaSignal, RoutedRequest, Router } from "../ports.ts";
import type { ReplicaId, Tokens } from "../units.ts";
import { leastLoadedOf } from "./leastLoaded.ts";
import { loadSeqs } from "./loadTree.ts";

/** Defaults of SGLang's gateway: --cache-threshold, --balance-abs-threshold, --balance-rel-threshold. */
const leastMatchRatio = 0.3;
const apartSeqs = 64;
const apartRatio = 1.5;

/**
 * SGLang's cache_aware: where loads lie far apart, the least loaded; else, among the replicas that were
 * sent the most of what the prompt begins with, if that is enough of it; else the least loaded again.
 * It knows what it sent where, not what caches have lost since.
 */
export function prefixAware(): Router {
  const sent = new SentTexts();
  const route: Router = (request, replicas) => {
    const id = chosen(request, replicas, sent);
    sent.add(request, id);
    return placeOf(replicas, id);
  };
  const changed: Router["changed"] = (id, isUp) => {
    if (!isUp) sent.forget(id);
  };
  return Object.assign(route, { changed });
}

function chosen(
  request: RoutedRequest,
  replicas: readonly ReplicaSignal[],
  sent: SentTexts,
): ReplicaId {
  if (areApart(replicas)) return leastLoadedOf(replicas);
  const match = sent.longestMatch(request);
  if (match === undefined || match.tokens <= leastMatchRatio * request.promptTokens) {
    return leastLoadedOf(replicas);
  }
  return leastLoadedOf(match.replicas.flatMap((id) => replicas[placeOf(replicas, id)] ?? []));
}

/** Its id, unless some that come before it are down. */
function placeOf(replicas: readonly ReplicaSignal[], id: ReplicaId): number {
  return replicas[id]?.id === id ? id : replicas.findIndex((replica) => replica.id === id);
}

function areApart(replicas: readonly ReplicaSignal[]): boolean {
  let most = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const replica of replicas) {
    const seqs = loadSeqs(replica);
    most = Math.max(most, seqs);
    fewest = Math.min(fewest, seqs);
  }
  return most - fewest > apartSeqs && most > apartRatio * fewest;
}

interface Match {
  readonly tokens: Tokens;
  readonly replicas: readonly ReplicaId[];
}

/** How many tokens, from a prompt's beginning to the end of a text, each replica was sent at most. */
class SentTexts {
  readonly #reaches = new Map<number, Map<ReplicaId, Tokens>>();

  add({ details: { shared = [] } }: RoutedRequest, id: ReplicaId): void {
    let tokens: Tokens = 0;
    for (const text of shared) {
      tokens += text.tokens;
      const reaches = this.#reaches.get(text.textId) ?? new Map<ReplicaId, Tokens>();
      this.#reaches.set(text.textId, reaches.set(id, Math.max(tokens, reaches.get(id) ?? 0)));
    }
  }

  /** What it was sent is lost. */
  forget(id: ReplicaId): void {
    for (const [textId, reaches] of this.#reaches) {
      if (reaches.delete(id) && reaches.size === 0) this.#reaches.delete(textId);
    }
  }

  /** A text stands for all that comes before it, so the last one that was ever sent has the longest. */
  longestMatch({ details: { shared = [] } }: RoutedRequest): Match | undefined {
    for (const { textId } of shared.toReversed()) {
      const reaches = this.#reaches.get(textId);
      if (reaches === undefined) continue;
      let tokens: Tokens = 0;
      for (const reach of reaches.values()) tokens = Math.max(tokens, reach);
      const furthest = [...reaches].filter(([, reach]) => reach === tokens);
      return { tokens, replicas: furthest.map(([id]) => id).sort((a, b) => a - b) };
    }
    return undefined;
  }
}
