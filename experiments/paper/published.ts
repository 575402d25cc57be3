/** A figure that arXiv 2504.17674 has. */
export interface Published {
  readonly value: number;
  /** quoted: in the text or a table; digitised: read off a plot; inferred: follows from other figures. */
  readonly kind: "quoted" | "digitised" | "inferred";
  /** How far off a value that was read off a plot may be, as a share of it. */
  readonly withinRatio?: number | undefined;
}

export type PublishedAt = ReadonlyMap<number, Published>;

/** What every published figure comes from. */
export const source =
  "arXiv 2504.17674 (Fernandez, Na, Tiwari, Bisk, Luccioni, Strubell; ACL 2025, pp. 32556-32569)";

export function quoted(value: number): Published {
  return { value, kind: "quoted" };
}

export function read(value: number, withinRatio: number): Published {
  return { value, kind: "digitised", withinRatio };
}

export function inferred(value: number, withinRatio?: number): Published {
  return { value, kind: "inferred", withinRatio };
}

/** Points of a curve, by what lies on its horizontal axis. */
export function digitised(
  values: Readonly<Record<number, number>>,
  withinRatio: number,
  others: Readonly<Record<number, Published>> = {},
): PublishedAt {
  const points = Object.entries(values).map(
    ([x, value]) => [Number(x), read(value, withinRatio)] as const,
  );
  const rest = Object.entries(others).map(([x, point]) => [Number(x), point] as const);
  return new Map([...points, ...rest]);
}

export const nothingPublished: PublishedAt = new Map();
