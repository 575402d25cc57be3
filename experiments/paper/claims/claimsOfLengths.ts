import type { Claim } from "./claim.ts";

const prefill = { figure: "2a" } as const;
const overPrompts = { figure: "2b" } as const;
const overOutputs = { figure: "2c" } as const;

export const claimsOfLengths: readonly Claim[] = [
  {
    letter: "a",
    text:
      "Prefill is flat in short prompts, then linear and the same at every batch from 128 tokens " +
      "on, and more than linear beyond 8k.",
    figures: ["2a"],
    checks: (find) => {
      const flat =
        find({ ...prefill, batch: 1, input_tokens: 16 }) /
        find({ ...prefill, batch: 1, input_tokens: 1 });
      const apart = [128, 512, 2048].map((input_tokens) => {
        const ofBatch = [8, 64, 128].map((batch) => find({ ...prefill, batch, input_tokens }));
        return Math.max(...ofBatch) / Math.min(...ofBatch);
      });
      const alike = Math.max(...apart);
      const perToken = (input_tokens: number) =>
        find({ ...prefill, batch: 8, input_tokens }) / input_tokens;
      const linear = perToken(4096) / perToken(512);
      const steeper = perToken(32_768) / perToken(4096);
      return [
        { text: `batch 1, 16 tokens over 1: x ${flat.toFixed(2)}`, holds: flat < 1.2 },
        {
          text: `batches 8 to 128 from 128 tokens: x ${alike.toFixed(2)} at most`,
          holds: alike < 1.15,
        },
        {
          text: `joules a token, 4k over 512: x ${linear.toFixed(2)}`,
          holds: Math.abs(linear - 1) < 0.2,
        },
        { text: `32k over 4k: x ${steeper.toFixed(2)}`, holds: steeper > 1.2 },
      ];
    },
  },
  {
    letter: "b",
    text:
      "Decoding is linear in outputs; flat in context at batch 1 up to 8k, rising from some 256 " +
      "tokens on at batch 128.",
    figures: ["2b", "2c"],
    checks: (find) => {
      const perStep = (batch: number, output_tokens: number) =>
        find({ ...overOutputs, batch, output_tokens }) / (output_tokens - 1);
      const linear = perStep(1, 4096) / perStep(1, 64);
      const large = perStep(128, 4096) / perStep(128, 64);
      const context = (batch: number, input_tokens: number) =>
        find({ ...overPrompts, batch, input_tokens }) /
        find({ ...overPrompts, batch, input_tokens: 1 });
      const alone = context(1, 8192);
      const many = context(128, 512);
      return [
        {
          text: `joules a step, batch 1, 4,096 outputs over 64: x ${linear.toFixed(2)}`,
          holds: Math.abs(linear - 1) < 0.15,
        },
        {
          text: `batch 128: x ${large.toFixed(2)}, where the paper's own points have x 2.5`,
          holds: large > 1.5,
        },
        { text: `batch 1, context of 8k over none: x ${alone.toFixed(2)}`, holds: alone < 1.15 },
        { text: `batch 128, 512 over none: x ${many.toFixed(2)}`, holds: many > 1.15 },
      ];
    },
  },
  {
    letter: "c",
    text: "Decoding takes most of the energy unless outputs are very short.",
    figures: ["2a", "2c"],
    checks: (find) => {
      const shareOf = (batch: number, output_tokens: number) => {
        const decode = find({ ...overOutputs, batch, output_tokens });
        return decode / (decode + find({ ...prefill, batch, input_tokens: 512 }));
      };
      const share = (ratio: number) => `${(100 * ratio).toFixed(0)} %`;
      const [alone, long, short] = [shareOf(1, 64), shareOf(128, 512), shareOf(128, 8)];
      return [
        { text: `512 in, 64 out, batch 1: ${share(alone)}`, holds: alone > 0.5 },
        { text: `512 out, batch 128: ${share(long)}`, holds: long > 0.5 },
        { text: `8 out, batch 128: ${share(short)}`, holds: short < 0.5 },
      ];
    },
  },
];
