import { randomExponential, randomInt, randomLogNormal, randomPareto } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Tokens } from "../../sim/units.ts";
import { at } from "../at.ts";
import {
  expectNotNegative,
  expectPositive,
  expectWhole,
  ParameterError,
} from "../parameterError.ts";
import { type QuantileTable, quantileFunction } from "../quantileTable.ts";

interface LengthParameters {
  readonly fixed: { readonly tokens: Tokens };
  /** Whole tokens, both bounds included. */
  readonly uniform: { readonly minTokens: Tokens; readonly maxTokens: Tokens };
  readonly lognormal: Lognormal;
  readonly exponential: { readonly meanTokens: Tokens };
  /** Pareto I: its minimum is mean x (alpha - 1) / alpha. */
  readonly pareto: { readonly alpha: number; readonly meanTokens: Tokens };
  readonly empirical: Empirical;
}

type Lognormal =
  | { readonly meanTokens: Tokens; readonly stdTokens: Tokens }
  | { readonly meanTokens: Tokens; readonly p99Tokens: Tokens };

/** The values of a sample, each as likely as the next, or a table of quantiles. */
type Empirical = { readonly sample: ArrayLike<Tokens> } | { readonly quantiles: QuantileTable };

export type LengthKind = keyof LengthParameters;

/** A law of lengths by name: `{ kind: "lognormal", meanTokens: 512, p99Tokens: 4000 }`. */
export type LengthSpec<Kind extends LengthKind = LengthKind> = {
  readonly [Each in Kind]: { readonly kind: Each } & LengthParameters[Each];
}[Kind];

/** Draws of a law, before they are rounded and cut. */
type LengthLaw = () => number;

const laws: {
  readonly [Kind in LengthKind]: (
    parameters: LengthParameters[Kind],
    random: RandomSource,
  ) => LengthLaw;
} = { fixed, uniform, lognormal, exponential, pareto, empirical };

export function lengthLaw<Kind extends LengthKind>(
  spec: LengthSpec<Kind>,
  random: RandomSource,
): LengthLaw {
  return laws[spec.kind](spec, random);
}

function fixed({ tokens }: LengthParameters["fixed"]): LengthLaw {
  expectPositive("tokens", tokens);
  return () => tokens;
}

function uniform(
  { minTokens, maxTokens }: LengthParameters["uniform"],
  random: RandomSource,
): LengthLaw {
  expectWhole("minTokens", minTokens);
  expectWhole("maxTokens", maxTokens);
  if (maxTokens < minTokens) {
    const expected = `at least minTokens (${minTokens})`;
    throw new ParameterError("maxTokens", { expected, found: maxTokens });
  }
  return randomInt.source(random)(minTokens, maxTokens + 1);
}

/** The mean of exp(mu + sigma z) is exp(mu + sigma² / 2). */
function lognormal(parameters: Lognormal, random: RandomSource): LengthLaw {
  const { meanTokens } = parameters;
  expectPositive("meanTokens", meanTokens);
  const sigma = lognormalSigma(parameters);
  return randomLogNormal.source(random)(Math.log(meanTokens) - sigma ** 2 / 2, sigma);
}

/** The 99th percentile of the standard normal distribution. */
const normalP99 = 2.3263478740408408;

/**
 * std² / mean² = exp(sigma²) - 1.
 * ln(p99 / mean) = z sigma - sigma² / 2 has two solutions up to z² / 2; the smaller sigma is taken.
 */
function lognormalSigma(parameters: Lognormal): number {
  const { meanTokens } = parameters;
  if ("stdTokens" in parameters) {
    const { stdTokens } = parameters;
    expectNotNegative("stdTokens", stdTokens);
    return sigmaOfSpread(stdTokens / meanTokens);
  }
  const { p99Tokens } = parameters;
  const logRatio = Math.log(p99Tokens / meanTokens);
  if (!(logRatio >= 0 && logRatio <= normalP99 ** 2 / 2)) {
    const largest = Math.exp(normalP99 ** 2 / 2).toFixed(2);
    const expected = `1 to ${largest} times the mean of ${meanTokens}`;
    throw new ParameterError("p99Tokens", { expected, found: p99Tokens });
  }
  return normalP99 - Math.sqrt(normalP99 ** 2 - 2 * logRatio);
}

/** Of the lognormal law with this ratio of standard deviation to mean. */
export function sigmaOfSpread(spreadRatio: number): number {
  return Math.sqrt(Math.log1p(spreadRatio ** 2));
}

function exponential(
  { meanTokens }: LengthParameters["exponential"],
  random: RandomSource,
): LengthLaw {
  expectPositive("meanTokens", meanTokens);
  return randomExponential.source(random)(1 / meanTokens);
}

function pareto(
  { alpha, meanTokens }: LengthParameters["pareto"],
  random: RandomSource,
): LengthLaw {
  expectPositive("meanTokens", meanTokens);
  if (!(alpha > 1 && alpha < Infinity)) {
    const expected = "a number above 1, or there is no mean";
    throw new ParameterError("alpha", { expected, found: alpha });
  }
  const minTokens = (meanTokens * (alpha - 1)) / alpha;
  const timesMin = randomPareto.source(random)(alpha);
  return () => minTokens * timesMin();
}

function empirical(parameters: Empirical, random: RandomSource): LengthLaw {
  if ("quantiles" in parameters) {
    const quantile = quantileFunction(parameters.quantiles);
    return () => quantile(random());
  }
  const sample = Float64Array.from(parameters.sample);
  expectPositive("sample.length", sample.length);
  const index = randomInt.source(random)(sample.length);
  return () => at(sample, index());
}
