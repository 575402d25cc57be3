import { fitted, type Line } from "./line.ts";
import type { Size } from "./screen.ts";
import { isTooSmall, tooSmall } from "./tooSmall.ts";

interface Parts {
  readonly top: readonly Line[];
  readonly body: (room: Size) => readonly Line[];
  readonly bottom: Line;
}

/** Exactly the rows of the terminal, none longer than it is wide. */
export function framed({ top, body, bottom }: Parts, size: Size): readonly Line[] {
  if (isTooSmall(size)) return tooSmall(size);
  const { width, height } = size;
  const room = { width, height: height - top.length - 1 };
  const rows = body(room).slice(0, room.height);
  const filled = [...rows, ...Array.from({ length: room.height - rows.length }, () => [])];
  return [...top, ...filled, bottom].map((line) => fitted(line, width));
}
