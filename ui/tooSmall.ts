import { fitted, type Line, span } from "./line.ts";
import type { Size } from "./screen.ts";

const least: Size = { width: 60, height: 16 };

export function isTooSmall({ width, height }: Size): boolean {
  return width < least.width || height < least.height;
}

/** What stands in place of a screen that has no room. */
export function tooSmall({ width, height }: Size): readonly Line[] {
  const needs = `needs ${least.width}x${least.height}`;
  const whole = `tokenwatt watch ${needs}`;
  const text = [
    whole.length > width ? needs : whole,
    `this terminal is ${width}x${height}`,
    "q quits",
  ];
  return text.slice(0, height).map((line) => fitted([span(line)], width));
}
