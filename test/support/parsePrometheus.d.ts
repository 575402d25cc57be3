/** The package has no types of its own. */
declare module "parse-prometheus-text-format" {
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: "COUNTER" | "GAUGE" | "HISTOGRAM" | "SUMMARY" | "UNTYPED";
    readonly metrics: readonly {
      readonly value?: string;
      readonly labels?: Readonly<Record<string, string>>;
      /** How many lie at or below each bound. */
      readonly buckets?: Readonly<Record<string, string>>;
    }[];
  }
  /** @throws Error at a line that is none of the format. */
  function parse(text: string): readonly Family[];
  export = parse;
}
