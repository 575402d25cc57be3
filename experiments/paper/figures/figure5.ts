import { type Cell, cell, type Figure } from "../cell.ts";
import {
  batches,
  batchScenario,
  type Framework,
  frameworks,
  gpus,
  llms,
  paddedWikitext,
  wikitext,
} from "../deployments.ts";
import { energyPerRequest, kwhPerExamples, savingPercent } from "../energies.ts";
import type { Laboratory } from "../laboratory.ts";
import { digitised, inferred, type Published, type PublishedAt, quoted } from "../published.ts";

type Gpu = (typeof gpus)[keyof typeof gpus];

interface Panel {
  readonly figure: string;
  readonly gpu: Gpu;
  /** PyTorch has no point beyond it: the next batch did not fit. */
  readonly largestOfPyTorch: number;
  readonly curves: Readonly<Record<Framework, PublishedAt>>;
}

const panels: readonly Panel[] = [
  {
    figure: "5a",
    gpu: gpus.a100,
    largestOfPyTorch: 256,
    curves: {
      "PyTorch eager": digitised({ 8: 0.0208, 64: 0.0095, 128: 0.0091, 256: 0.0089 }, 0.02),
      "PyTorch torch.compile": digitised({ 64: 0.00737, 128: 0.00696 }, 0.02),
      "vLLM eager": digitised({ 1: 0.0735, 128: 0.0042, 256: 0.0041 }, 0.02),
      "vLLM CUDA graphs": digitised(
        { 1: 0.0546, 8: 0.01068, 128: 0.0041, 256: 0.0039, 512: 0.0039 },
        0.03,
      ),
    },
  },
  {
    figure: "5b",
    gpu: gpus.ada,
    largestOfPyTorch: 128,
    curves: {
      "PyTorch eager": digitised({ 8: 0.0198, 64: 0.0131 }, 0.02),
      "PyTorch torch.compile": digitised({ 1: 0.0797, 8: 0.0175, 32: 0.0124, 64: 0.01127 }, 0.02),
      "vLLM eager": new Map(),
      "vLLM CUDA graphs": digitised(
        { 1: 0.0716, 2: 0.0486, 4: 0.0273, 32: 0.0093, 256: 0.0076 },
        0.02,
      ),
    },
  },
  {
    figure: "5c",
    gpu: gpus.a6000,
    largestOfPyTorch: 128,
    curves: {
      "PyTorch eager": digitised({ 8: 0.0254, 32: 0.0155, 64: 0.0141, 128: 0.0131 }, 0.02, {
        1: inferred(0.1088, 0.02),
      }),
      "PyTorch torch.compile": digitised({ 8: 0.0239, 32: 0.0139, 64: 0.0125, 128: 0.0115 }, 0.02),
      "vLLM eager": digitised({ 2: 0.0591, 4: 0.0335, 16: 0.0132, 64: 0.0081 }, 0.02),
      "vLLM CUDA graphs": digitised({ 2: 0.058, 4: 0.0322 }, 0.03, { 1: inferred(0.0905, 0.03) }),
    },
  },
];

/** What graphs and compilation save, in the text of section 3.4. */
const savings = [
  { gpu: gpus.a100, kind: "compile", published: quoted(29.9) },
  { gpu: gpus.ada, kind: "compile", published: quoted(13.28) },
  { gpu: gpus.a6000, kind: "compile", published: quoted(1.96) },
  { gpu: gpus.a100, kind: "graphs", published: quoted(25.47) },
  { gpu: gpus.ada, kind: "graphs", published: undefined },
  { gpu: gpus.a6000, kind: "graphs", published: quoted(2.97) },
] as const;

const savingPairs = {
  compile: ["PyTorch eager", "PyTorch torch.compile"],
  graphs: ["vLLM eager", "vLLM CUDA graphs"],
} as const satisfies Readonly<Record<string, readonly [Framework, Framework]>>;

const savingWords = {
  compile: "PyTorch torch.compile vs eager",
  graphs: "vLLM CUDA graphs vs eager",
} as const;

export const figure5: Figure = {
  id: "5",
  title: "Energy over batch size by software, on three GPUs",
  setting:
    "Llama-3.1-8B in bfloat16, Wikitext-2 padded to 547 tokens, 64 tokens out; PyTorch eager and " +
    "compiled (static batches), vLLM eager and with CUDA graphs. One full batch is simulated.",
  cells: () => [...panels.flatMap(curves), ...savings.map(saving)],
};

function curves({ figure, gpu, largestOfPyTorch, curves: byFramework }: Panel): Cell[] {
  return names.flatMap((framework) =>
    batches.map((batch) => {
      const published = byFramework[framework].get(batch);
      return cell({
        figure,
        series: framework,
        ...words(gpu, framework, batch),
        metric: "gpu_energy",
        unit: kwhPerExamples,
        workload: "Wikitext-2 textgen padded (inferred)",
        axis: "batch",
        published,
        ranOutOfMemory: framework.startsWith("PyTorch") && batch > largestOfPyTorch,
        usedToFit: isFitted(framework, published),
        assumed: [paddedWikitext],
        simulate: async (laboratory) =>
          energyPerRequest(await laboratory.result(scenario(gpu, framework, batch))),
      });
    }),
  );
}

const names = Object.keys(frameworks).filter((name): name is Framework =>
  Object.hasOwn(frameworks, name),
);

/** One scale of each card's power curve is fitted to its points under vLLM with graphs. */
function isFitted(framework: Framework, published: Published | undefined): boolean {
  return frameworks[framework] === "vllm" && published !== undefined;
}

function saving({ gpu, kind, published }: (typeof savings)[number]): Cell {
  const [before, after] = savingPairs[kind];
  const ofPanel = panels.find((panel) => panel.gpu === gpu);
  return cell({
    figure: "5",
    series: savingWords[kind],
    ...words(gpu, savingWords[kind], 1),
    metric: "energy_saving",
    unit: "%",
    published,
    usedToFit: [before, after].some((name) => isFitted(name, ofPanel?.curves[name].get(1))),
    assumed: [paddedWikitext, "batch 1"],
    simulate: async (laboratory: Laboratory) => {
      const energyOf = async (framework: Framework) =>
        energyPerRequest(await laboratory.result(scenario(gpu, framework, 1))).value;
      return { value: savingPercent(await energyOf(before), await energyOf(after)) };
    },
  });
}

function words(gpu: Gpu, framework: string, batch: number) {
  const { word: model } = llms.llama;
  const { outputTokens: output_tokens } = wikitext;
  return { model, gpu: gpu.word, n_gpus_tp: 1, framework, batch, output_tokens };
}

function scenario(gpu: Gpu, framework: Framework, batch: number) {
  return batchScenario({
    llm: llms.llama.id,
    gpu: gpu.id,
    stack: frameworks[framework],
    batch,
    ...wikitext,
  });
}
