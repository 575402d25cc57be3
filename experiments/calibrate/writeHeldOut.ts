import { Document, isMap, isSeq } from "yaml";
import type { HeldOutEntry } from "../measured/heldOutEntry.ts";

/** The same entries give the same bytes: one line each. */
export function heldOutYaml(entries: readonly HeldOutEntry[]): string {
  const document = new Document(entries);
  if (isSeq(document.contents)) {
    for (const item of document.contents.items) if (isMap(item)) item.flow = true;
  }
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return `# Written by calibrate: rerun it rather than edit this. Constants as fitted without some rows.\n${text}`;
}
