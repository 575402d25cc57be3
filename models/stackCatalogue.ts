import { stackEntries } from "./catalogue/stacks.generated.ts";
import type { Stack, StackEntry } from "./stacks.ts";
import { stackFromEntry } from "./stacks.ts";

/** The stack with this id; undefined if there is none. */
export function stackById(id: string): Stack | undefined {
  const entry = stackEntryById(id);
  return entry && stackFromEntry(entry, `models/catalogue/stacks.yaml: ${id}`);
}

/** The catalogue's entry behind `stackById`: the source of every number. */
export function stackEntryById(id: string): StackEntry | undefined {
  return stackEntries.find((entry) => entry.id === id);
}

export function stackIds(): string[] {
  return stackEntries.map((entry) => entry.id);
}
