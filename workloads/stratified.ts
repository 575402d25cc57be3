import type { RandomSource } from "../sim/random.ts";

/**
 * Uniform draws of which so many in a row fall one into each of as many equal parts of 0 to 1, in an
 * order that is drawn. Each is uniform by itself, but a sum of them comes nearer to what is expected
 * than one of independent draws.
 */
export function stratified(random: RandomSource, parts: number): RandomSource {
  const order = Array.from({ length: parts }, (_, part) => part);
  let left = 0;
  return () => {
    if (left === 0) left = parts;
    const place = Math.floor(random() * left);
    left--;
    const part = order[place] ?? 0;
    order[place] = order[left] ?? 0;
    order[left] = part;
    return (part + random()) / parts;
  };
}
