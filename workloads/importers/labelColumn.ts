import { at } from "../at.ts";
import { wholeColumn } from "./growingColumn.ts";

/** A column of names that repeat. */
export interface LabelColumn {
  /** In the order in which they were met. */
  readonly names: readonly string[];
  /** The number of the line in the file, from 1, where each was met first. */
  readonly firstRows: readonly number[];
  /** For each request the place of its name, from 1; 0: it has none. */
  readonly codes: Uint32Array;
}

interface LabelBuilder {
  add(name: string | undefined, fileRow: number): void;
  column(ordered: (codes: Uint32Array) => Uint32Array): LabelColumn;
}

/** For requests of which the first ones have no name. */
export function labelBuilder(unnamedRequests: number): LabelBuilder {
  const places = new Map<string, number>();
  const firstRows: number[] = [];
  const codes = wholeColumn();
  for (let i = 0; i < unnamedRequests; i++) codes.push(0);
  return {
    add(name, fileRow) {
      let code = name === undefined ? 0 : places.get(name);
      if (name !== undefined && code === undefined) {
        firstRows.push(fileRow);
        code = firstRows.length;
        places.set(name, code);
      }
      codes.push(code ?? 0);
    },
    column: (ordered) => ({
      names: [...places.keys()],
      firstRows,
      codes: ordered(codes.values()),
    }),
  };
}

/** The name of one request; undefined where it has none. */
export function labelOf({ names, codes }: LabelColumn, request: number): string | undefined {
  return names[at(codes, request) - 1];
}
