import type { Claim, Finder } from "./claim.ts";

const panels = ["5a", "5b", "5c"] as const;
const names = { "5a": "A100", "5b": "Ada", "5c": "A6000" } as const;
type Panel = (typeof panels)[number];

function energyOf(find: Finder, figure: Panel, framework: string, batch: number): number {
  return find({ figure, framework, batch });
}

function list(values: readonly number[], digits = 1): string {
  return panels
    .map((panel, index) => `${names[panel]} ${values[index]?.toFixed(digits)}`)
    .join(", ");
}

/** In per cent, at a batch. */
function savingsOf(
  find: Finder,
  [before, after]: readonly [string, string],
  batch: number,
): number[] {
  return panels.map(
    (panel) =>
      100 * (1 - energyOf(find, panel, after, batch) / energyOf(find, panel, before, batch)),
  );
}

function isFalling(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value < (values[index - 1] ?? Number.NaN));
}

export const claimsOfBatches: readonly Claim[] = [
  {
    letter: "d",
    text: "Energy falls nearly as 1 / batch and settles at 128 to 256: 12 to 14 times less in all.",
    figures: [...panels],
    checks: (find) => {
      const vllm = (panel: Panel, batch: number) =>
        energyOf(find, panel, "vLLM CUDA graphs", batch);
      const total = panels.map((panel) => vllm(panel, 1) / vllm(panel, 256));
      const first = panels.map((panel) => vllm(panel, 1) / vllm(panel, 4));
      const last = panels.map((panel) => vllm(panel, 128) / vllm(panel, 256));
      return [
        { text: `batch 1 over 4: x ${list(first, 2)}`, holds: first.every((ratio) => ratio > 2.5) },
        { text: `128 over 256: x ${list(last, 2)}`, holds: last.every((ratio) => ratio < 1.1) },
        ...panels.map((panel, index) => {
          const ratio = total[index] ?? Number.NaN;
          const text = `${names[panel]}, 1 over 256: x ${ratio.toFixed(1)}`;
          return { text, holds: ratio >= 10 && ratio <= 17 };
        }),
      ];
    },
  },
  {
    letter: "e",
    text: "vLLM takes less than PyTorch at every batch, the more so the larger, and fits twice the batch.",
    figures: [...panels],
    checks: (find) => {
      const over = (panel: Panel, batch: number) =>
        energyOf(find, panel, "PyTorch eager", batch) /
        energyOf(find, panel, "vLLM CUDA graphs", batch);
      const sizes = [1, 2, 4, 8, 16, 32, 64, 128];
      const least = panels.map((panel) => Math.min(...sizes.map((batch) => over(panel, batch))));
      const [alone, many] = [1, 128].map((batch) => panels.map((panel) => over(panel, batch)));
      const grows = panels.every((_, index) => (many?.[index] ?? 0) > (alone?.[index] ?? 0));
      const fits = panels.every((panel) => !(energyOf(find, panel, "PyTorch eager", 512) > 0));
      return [
        {
          text: `PyTorch over vLLM at least x ${list(least, 2)}`,
          holds: least.every((ratio) => ratio > 1),
        },
        { text: `batch 1: x ${list(alone ?? [], 2)}; 128: x ${list(many ?? [], 2)}`, holds: grows },
        { text: "PyTorch at batch 512 is out of memory on every card, vLLM on none", holds: fits },
      ];
    },
  },
  {
    letter: "f",
    text: "Compilation and graphs save at small batches, most on the A100, then Ada, then A6000.",
    figures: [...panels],
    checks: (find) => {
      const compile = ["PyTorch eager", "PyTorch torch.compile"] as const;
      const graphs = ["vLLM eager", "vLLM CUDA graphs"] as const;
      const compiled = savingsOf(find, compile, 1);
      const captured = savingsOf(find, graphs, 1);
      const late = [...savingsOf(find, compile, 128), ...savingsOf(find, graphs, 128)];
      const early = [...compiled, ...captured];
      const fades = late.filter((saving, index) => saving <= (early[index] ?? 0)).length;
      return [
        {
          text: `compilation at batch 1: ${list(compiled)} % (paper 29.9, 13.3, 2.0)`,
          holds: isFalling(compiled),
        },
        {
          text: `graphs at batch 1: ${list(captured)} % (paper A100 25.5, A6000 3.0)`,
          holds: isFalling(captured),
        },
        { text: `less at batch 128 than at 1 in ${fades} of 6`, holds: fades === 6 },
      ];
    },
  },
];
