/** A network of the catalogue: what its config.json says, and where that was read. */
export interface LlmEntry {
  /** The Hugging Face id. */
  readonly id: string;
  readonly source: string;
  /** The fields of config.json that `llmFromConfig` reads, under Hugging Face's names. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A count to check ours against; absent where none is known. */
  readonly reference_params_total?: {
    readonly value: number;
    /**
     * recalled: the total on the model card, from memory. adjusted: recalled, then corrected after
     * a mismatch, so no independent check. published: ours rounds to the figure in the paper.
     */
    readonly kind: "recalled" | "adjusted" | "published";
    readonly note: string;
  };
}
