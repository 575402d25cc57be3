import type { RandomSource } from "../../sim/random.ts";
import { allAtOnce } from "./allAtOnce.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import { constant } from "./constant.ts";
import { type Diurnal, diurnal } from "./diurnal.ts";
import { type Gamma, gamma } from "./gamma.ts";
import { type HyperExponential, hyperExponential } from "./hyperExponential.ts";
import { type OnOff, onOff } from "./onOff.ts";
import { poisson, type Rate } from "./poisson.ts";
import { type Ramp, ramp } from "./ramp.ts";
import { type Renewal, renewal } from "./renewal.ts";
import { type Stages, stages } from "./stages.ts";

interface ArrivalParameters {
  readonly poisson: Rate;
  readonly constant: Rate;
  readonly allAtOnce: unknown;
  readonly gamma: Gamma;
  readonly hyperExponential: HyperExponential;
  readonly diurnal: Diurnal;
  readonly ramp: Ramp;
  readonly stages: Stages;
  readonly renewal: Renewal;
  readonly onOff: OnOff;
}

type ArrivalKind = keyof ArrivalParameters;

const processes: {
  readonly [Kind in ArrivalKind]: (
    random: RandomSource,
    parameters: ArrivalParameters[Kind],
  ) => ArrivalProcess;
} = {
  poisson,
  constant: (_, rate) => constant(rate),
  allAtOnce,
  gamma,
  hyperExponential,
  diurnal,
  ramp,
  stages,
  renewal,
  onOff,
};

/** An arrival process by name: `{ kind: "poisson", ratePerS: 4 }`. */
export type ArrivalSpec<Kind extends ArrivalKind = ArrivalKind> = {
  readonly [Each in Kind]: { readonly kind: Each } & ArrivalParameters[Each];
}[Kind];

/** Throws a ParameterError where a parameter is out of range. */
export function arrivalProcess<Kind extends ArrivalKind>(
  spec: ArrivalSpec<Kind>,
  random: RandomSource,
): ArrivalProcess {
  return processes[spec.kind](random, spec);
}
