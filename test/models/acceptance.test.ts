import fc from "fast-check";
import { expect, test } from "vitest";
import {
  acceptanceRatioOf,
  expectedTokensPerStep,
  tokensDistribution,
  tokensOfStep,
} from "../../models/acceptance.ts";
import { acceptanceOf, catalogueAcceptances } from "../../models/acceptanceCatalogue.ts";
import { acceptanceFromEntry, draftMethods, draftWorkloads } from "../../models/acceptanceEntry.ts";

const guesses = fc.record({
  acceptanceRatio: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  draftTokens: fc.integer({ min: 0, max: 12 }),
});

test("a step of 4 drafts at 0.7 emits 2.77 tokens on average", () => {
  const guess = { acceptanceRatio: 0.7, draftTokens: 4 };
  expect(expectedTokensPerStep(guess)).toBeCloseTo(1 + 0.7 + 0.49 + 0.343 + 0.2401, 12);
  expect(tokensDistribution(guess)).toEqual(
    [0.3, 0.21, 0.147, 0.1029, 0.2401].map((chance) => expect.closeTo(chance, 12)),
  );
});

test("chances sum to 1, and their mean is what is expected", () => {
  fc.assert(
    fc.property(guesses, (guess) => {
      const chances = tokensDistribution(guess);
      expect(chances).toHaveLength(guess.draftTokens + 1);
      expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
      const mean = chances.reduce((sum, chance, index) => sum + chance * (index + 1), 0);
      expect(mean / expectedTokensPerStep(guess)).toBeCloseTo(1, 9);
    }),
  );
});

test("evenly spread uniform numbers emit tokens in those proportions", () => {
  const draws = 10_000;
  fc.assert(
    fc.property(guesses, (guess) => {
      const counts = tokensDistribution(guess).map(() => 0);
      for (let draw = 0; draw < draws; draw++) {
        const index = tokensOfStep((draw + 0.5) / draws, guess) - 1;
        counts[index] = (counts[index] ?? 0) + 1;
      }
      for (const [index, chance] of tokensDistribution(guess).entries()) {
        expect(Math.abs((counts[index] ?? 0) / draws - chance)).toBeLessThanOrEqual(2 / draws);
      }
    }),
    { numRuns: 50 },
  );
});

test("all drafts are accepted at 1, none at 0", () => {
  expect(tokensOfStep(0.999_999, { acceptanceRatio: 1, draftTokens: 4 })).toBe(5);
  expect(tokensOfStep(0, { acceptanceRatio: 0, draftTokens: 4 })).toBe(1);
  expect(expectedTokensPerStep({ acceptanceRatio: 1, draftTokens: 4 })).toBe(5);
  expect(expectedTokensPerStep({ acceptanceRatio: 0, draftTokens: 4 })).toBe(1);
});

test("the ratio behind a mean number of tokens gives that mean, and none gives more than all", () => {
  fc.assert(
    fc.property(guesses, (guess) => {
      fc.pre(guess.draftTokens > 0);
      const mean = Math.min(guess.draftTokens + 1, expectedTokensPerStep(guess));
      const acceptanceRatio = acceptanceRatioOf(mean, guess.draftTokens);
      expect(expectedTokensPerStep({ ...guess, acceptanceRatio })).toBeCloseTo(mean, 9);
    }),
  );
  expect(() => acceptanceRatioOf(5.1, 4)).toThrow("4 drafted tokens cannot make 5.1");
  expect(() => acceptanceRatioOf(0.9, 4)).toThrow("cannot make 0.9");
});

test("published acceptance is looked up by work, method and number of drafts", () => {
  const of = (...asked: Parameters<typeof acceptanceOf>) => acceptanceOf(...asked)?.acceptanceRatio;
  expect(of("chat", { method: "draft", draftTokens: 4 })).toBe(0.71);
  // 1 + a = 1.83; 1 + a + a^2 + a^3 + a^4 = 3.26.
  expect(of("code", { method: "eagle", draftTokens: 1 })).toBeCloseTo(0.83, 12);
  const ratio = of("code", { method: "eagle", draftTokens: 4 }) ?? 0;
  expect(1 + ratio + ratio ** 2 + ratio ** 3 + ratio ** 4).toBeCloseTo(3.26, 9);
  expect(of("code", { method: "eagle", draftTokens: 20 })).toBe(
    of("code", { method: "eagle", draftTokens: 7 }),
  );
  expect(of("code", { method: "draft", draftTokens: 4 })).toBeUndefined();
});

test("mathematics is drafted better than code, and code than summaries; later tokens worse", () => {
  const of = (workload: "math" | "code" | "summarization", draftTokens: number) =>
    acceptanceOf(workload, { method: "eagle", draftTokens })?.acceptanceRatio ?? 0;
  for (const draftTokens of [1, 2, 3, 4, 5, 6, 7]) {
    expect(of("math", draftTokens)).toBeGreaterThan(of("code", draftTokens));
    expect(of("code", draftTokens)).toBeGreaterThan(of("summarization", draftTokens));
  }
  expect(of("code", 7)).toBeLessThan(of("code", 1));
});

test("all that is tabled is a share of 1, whatever the number of drafts", () => {
  const known = draftWorkloads.flatMap((workload) =>
    draftMethods.flatMap((method) =>
      [1, 4, 12].flatMap((draftTokens) => acceptanceOf(workload, { method, draftTokens }) ?? []),
    ),
  );
  expect(known).toHaveLength(3 * catalogueAcceptances().length);
  for (const { acceptanceRatio } of known) {
    expect(acceptanceRatio).toBeGreaterThan(0.4);
    expect(acceptanceRatio).toBeLessThan(0.95);
  }
});

test("no work is tabled twice for one method", () => {
  const names = catalogueAcceptances().map(({ method, workload }) => `${method} ${workload}`);
  expect(new Set(names).size).toBe(names.length);
});

test("an entry that says both, neither or too much is refused", () => {
  const entry = {
    id: "draft chat",
    method: "draft",
    workload: "chat",
    pair: "a with b",
    acceptance_ratio: 0.7,
    mean_tokens: null,
    kind: "measured",
    source: "a test",
  };
  const rows = [{ draft_tokens: 2, tokens: 2 }];
  const read = (changes: object) => () => acceptanceFromEntry({ ...entry, ...changes }, "file");
  expect(read({})()).toMatchObject({ acceptanceRatio: 0.7, meanTokens: [] });
  expect(read({ mean_tokens: rows })).toThrow("one of acceptance_ratio and mean_tokens");
  expect(read({ acceptance_ratio: null })).toThrow("one of acceptance_ratio and mean_tokens");
  const impossible = [{ draft_tokens: 2, tokens: 3.5 }];
  expect(read({ acceptance_ratio: null, mean_tokens: impossible })).toThrow("tokens: expected");
  expect(read({ acceptance_ratio: null, mean_tokens: 3 })).toThrow("a list of mappings");
});
