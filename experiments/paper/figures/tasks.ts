/** The four tasks of Table 3: 1,024 examples each. */
export interface Task {
  readonly dataset: string;
  /** The paper's words for it, in Table 3 and in figures 8 and 12. */
  readonly inTable: string;
  readonly inFigure8: string;
  readonly inFigure12: string;
  readonly outputTokens: number;
  readonly meanTokens: number;
  readonly stdTokens: number;
  /** The longest of its prompts. */
  readonly maxTokens: number;
}

export const tasks: readonly Task[] = [
  {
    dataset: "wmt14",
    inTable: "Translation WMT-14",
    inFigure8: "WMT-14",
    inFigure12: "translation WMT-14",
    outputTokens: 64,
    meanTokens: 49.96,
    stdTokens: 39.39,
    maxTokens: 550,
  },
  {
    dataset: "wikitext",
    inTable: "Generation Wikitext-2",
    inFigure8: "Wikitext-2",
    inFigure12: "textgen Wikitext-2",
    outputTokens: 64,
    meanTokens: 136.89,
    stdTokens: 93.13,
    maxTokens: 547,
  },
  {
    dataset: "imdb",
    inTable: "Classification IMDB",
    inFigure8: "IMDB",
    inFigure12: "classification IMDB",
    outputTokens: 1,
    meanTokens: 292.48,
    stdTokens: 239.94,
    maxTokens: 3112,
  },
  {
    dataset: "cnn-dailymail",
    inTable: "Summarization CNN-DM",
    inFigure8: "CNN-DM",
    inFigure12: "summarization CNN-DM",
    outputTokens: 64,
    meanTokens: 838.49,
    stdTokens: 400.7,
    maxTokens: 2386,
  },
];
