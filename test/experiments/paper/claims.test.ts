import { expect, test } from "vitest";
import { type Claim, claimResults } from "../../../experiments/paper/claims/claim.ts";
import { paperClaims } from "../../../experiments/paper/claims/claims.ts";
import { chosenFigures } from "../../../experiments/paper/figures/figures.ts";
import { runPaper } from "../../../experiments/paper/paper.ts";
import { madeUp } from "./points.ts";

const points = Promise.all(
  [1, 2, 4].map((batch) => madeUp({ figure: "5a", series: "s", batch }, { simulated: batch })),
);

const asked = (holds: readonly ((value: number) => boolean)[]): Claim => ({
  letter: "z",
  text: "",
  figures: ["5a"],
  checks: (find) =>
    holds.map((isTrue) => ({ text: "", holds: isTrue(find({ figure: "5a", batch: 4 })) })),
});

test.each([
  [[true, true], "reproduced"],
  [[true, false], "partly"],
  [[false, false], "not"],
] as const)("checks that hold %j: %s", async (holds, verdict) => {
  const claim = asked(holds.map((isHeld) => (value) => isHeld === (value === 4)));
  expect(claimResults([claim], await points)[0]?.verdict).toBe(verdict);
});

test("a claim is judged where its figures are, and no check holds on a point that is missing", async () => {
  expect(claimResults([{ ...asked([]), figures: ["5a", "6"] }], await points)).toEqual([]);
  const missing = { ...asked([]), checks: asked([]).checks };
  const found = claimResults(
    [{ ...missing, checks: (find) => [{ text: "", holds: find({ batch: 8 }) > 0 }] }],
    await points,
  );
  expect(found[0]?.verdict).toBe("not");
});

test("the claims are a to m, each once", () => {
  expect(paperClaims.map(({ letter }) => letter).join("")).toBe("abcdefghijklm");
});

test("those of a figure find their points", async () => {
  const { claims } = await runPaper(chosenFigures("9"));
  expect(claims.map(({ letter }) => letter)).toEqual(["j"]);
  for (const { checks } of claims) {
    for (const { text } of checks) expect(text).not.toMatch(/NaN/);
  }
});
