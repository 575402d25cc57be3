/** What the columns of a table of requests are called; those left out have the usual names. */
export interface ColumnNames {
  /** One of four tells when a request came: in seconds, milli- or nanoseconds, or as a wall time. */
  readonly arrivalS?: string | undefined;
  readonly arrivalMs?: string | undefined;
  readonly arrivalNs?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly inputTokens?: string | undefined;
  readonly outputTokens?: string | undefined;
  readonly tenant?: string | undefined;
  readonly className?: string | undefined;
}

interface TimeColumn {
  readonly kind: TimeKind;
  readonly name: string;
}

/** The columns to read, by what the user said and by what the table has. */
export interface ChosenColumns {
  readonly time: TimeColumn | undefined;
  readonly prompt: string;
  readonly output: string;
  /** Undefined where neither the user names one nor the table has one of the usual name. */
  readonly tenant: string | undefined;
  readonly className: string | undefined;
}

const timeKinds = ["arrivalS", "arrivalMs", "arrivalNs", "timestamp"] as const;
type TimeKind = (typeof timeKinds)[number];
const usualTimes: Readonly<Record<TimeKind, string>> = {
  arrivalS: "arrival_s",
  arrivalMs: "arrival_ms",
  arrivalNs: "arrival_ns",
  timestamp: "timestamp",
};

/** A column that the user names is needed; one of a usual name is read where the table has it. */
export function chosenColumns(names: ColumnNames, has: (name: string) => boolean): ChosenColumns {
  const named = timeKinds.find((kind) => names[kind] !== undefined);
  const kind = named ?? timeKinds.find((kind) => has(usualTimes[kind]));
  const usual = (name: string): string | undefined => (has(name) ? name : undefined);
  return {
    time: kind === undefined ? undefined : { kind, name: names[kind] ?? usualTimes[kind] },
    prompt: names.inputTokens ?? "input_tokens",
    output: names.outputTokens ?? "output_tokens",
    tenant: names.tenant ?? usual("tenant"),
    className: names.className ?? usual("class"),
  };
}
