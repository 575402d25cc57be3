import type { Figure } from "../cell.ts";
import { digitised } from "../published.ts";
import { powersOfTwo, type Sweep, sweepCells } from "./sweep.ts";

const common = {
  framework: "vLLM",
  workload: "PG19 truncated sweep",
  stack: "vllm",
} as const satisfies Partial<Sweep>;

export const prompts = powersOfTwo(1, 32_768);
/** The figure's axis counts decode steps, one less. */
export const outputs = powersOfTwo(2, 4096);

const prefill: Sweep = {
  ...common,
  figure: "2a",
  metric: "prefill_energy",
  over: "input",
  tokens: prompts,
  fixedTokens: 64,
  curves: {
    1: digitised(
      {
        1: 0.0032,
        2: 0.0034,
        4: 0.0034,
        16: 0.0033,
        32: 0.0033,
        64: 0.0035,
        256: 0.0058,
        512: 0.0082,
      },
      0.05,
    ),
    8: digitised(
      {
        1: 0.00042,
        4: 0.0005,
        8: 0.00046,
        16: 0.00052,
        32: 0.00077,
        64: 0.00101,
        128: 0.0016,
        256: 0.0028,
        512: 0.0051,
        1024: 0.0103,
      },
      0.06,
    ),
    64: digitised({ 2: 8.8e-5, 4: 0.000112, 8: 0.000147, 16: 0.000225, 64: 0.00068 }, 0.06),
    128: digitised(
      {
        1: 4.45e-5,
        4: 8.3e-5,
        16: 0.000222,
        128: 0.00134,
        256: 0.0027,
        512: 0.0052,
        4096: 0.045,
        32768: 0.57,
      },
      0.06,
    ),
  },
};

const decodeOverPrompts: Sweep = {
  ...common,
  figure: "2b",
  metric: "decode_energy",
  over: "input",
  tokens: prompts,
  fixedTokens: 64,
  curves: {
    1: digitised(
      {
        1: 0.094,
        64: 0.093,
        128: 0.094,
        512: 0.097,
        1024: 0.098,
        2048: 0.098,
        4096: 0.102,
        32768: 0.121,
      },
      0.05,
    ),
    8: digitised({ 8: 0.0126, 64: 0.0126, 4096: 0.0164, 16384: 0.0273, 32768: 0.0395 }, 0.05),
    64: digitised(
      {
        64: 0.00203,
        256: 0.00225,
        512: 0.0026,
        1024: 0.0029,
        2048: 0.0035,
        4096: 0.0057,
        16384: 0.0155,
      },
      0.06,
    ),
    128: digitised(
      {
        1: 0.00124,
        8: 0.00122,
        64: 0.00126,
        128: 0.00135,
        256: 0.00154,
        2048: 0.0033,
        4096: 0.0054,
        8192: 0.008,
      },
      0.06,
    ),
  },
};

const decodeOverOutputs: Sweep = {
  ...common,
  figure: "2c",
  metric: "decode_energy",
  over: "output",
  tokens: outputs,
  fixedTokens: 512,
  curves: {
    1: digitised(
      {
        2: 0.00187,
        4: 0.00505,
        8: 0.0116,
        32: 0.0495,
        64: 0.0992,
        128: 0.206,
        256: 0.412,
        512: 0.825,
        1024: 1.65,
        2048: 3.31,
      },
      0.03,
    ),
    8: digitised(
      {
        2: 0.000324,
        4: 0.000742,
        8: 0.00154,
        16: 0.00363,
        32: 0.0076,
        64: 0.0136,
        128: 0.0322,
        256: 0.0646,
        1024: 0.259,
      },
      0.03,
    ),
    64: digitised(
      {
        2: 9.53e-5,
        4: 0.000175,
        16: 0.00079,
        32: 0.00147,
        128: 0.0058,
        256: 0.0116,
        512: 0.0225,
        1024: 0.0545,
        4096: 0.29,
      },
      0.04,
    ),
    128: digitised(
      {
        4: 8.92e-5,
        8: 0.000241,
        16: 0.00047,
        32: 0.00103,
        64: 0.00178,
        256: 0.0071,
        1024: 0.0328,
        2048: 0.088,
        4096: 0.287,
      },
      0.04,
    ),
  },
};

export const figure2: Figure = {
  id: "2",
  title: "Energy of prefill and of decoding over the lengths of prompts and outputs",
  setting:
    "Llama-3.1-8B, vLLM, RTX A6000, PG19 cut to length: (a) prefill and (b) 64 tokens out over the " +
    "prompt, (c) prompts of 512 tokens over the output. Prefill is a batch with one token out, " +
    "decoding what a longer one takes more.",
  cells: () => [prefill, decodeOverPrompts, decodeOverOutputs].flatMap(sweepCells),
};
