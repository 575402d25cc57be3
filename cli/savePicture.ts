import { existsSync } from "node:fs";
import { UserError } from "../experiments/errors.ts";
import { writeWhole } from "../experiments/files.ts";

/** Into the working folder, under names that are free; tells them, or why nothing was written. */
export function savePicture(name: string, { text, svg }: { text: string; svg: string }): string {
  let place = 1;
  while ([".txt", ".svg"].some((ending) => existsSync(`${name}-${place}${ending}`))) place++;
  try {
    writeWhole(`${name}-${place}.txt`, text);
    writeWhole(`${name}-${place}.svg`, svg);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return `wrote ${name}-${place}.txt and ${name}-${place}.svg`;
}
