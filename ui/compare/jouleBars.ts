import { stacked } from "../bars.ts";
import { energyParts, totalJ } from "../energyParts.ts";
import { type Line, span, textOf } from "../line.ts";
import { short } from "../numbers.ts";
import type { Side } from "./pairScene.ts";

const labelWidth = 12;

/** Where the joules of both went: bars of one scale, then the parts of each. */
export function jouleBars(sides: readonly [Side, Side], width: number): Line[] {
  const most = Math.max(...sides.map(({ view }) => totalJ(view)));
  return [...sides.map((side) => barOf(side, most, width)), legend(sides, width)];
}

function barOf({ letter, view }: Side, most: number, width: number): Line {
  const sumJ = totalJ(view);
  const room = width - labelWidth;
  const cells = most === 0 ? room : Math.round((sumJ / most) * room);
  const label = ` ${short(sumJ, "J")} `.padEnd(labelWidth - 3);
  return [span(` ${letter} `, "chosen"), span(label), ...stacked(energyParts(view), cells)];
}

/** In per cent of the joules of A and of B. */
function legend([a, b]: readonly [Side, Side], width: number): Line {
  const [ofA, ofB] = [shares(a), shares(b)];
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])];
  const parts = names.flatMap((name) => {
    const part = ofA.get(name) ?? ofB.get(name);
    const [inA, inB] = [ofA.get(name)?.percent ?? 0, ofB.get(name)?.percent ?? 0];
    if (part === undefined || (inA === 0 && inB === 0)) return [];
    return [span(part.glyph, part.tone), span(` ${name} ${inA}|${inB}  `)];
  });
  const [wide, narrow] = ["A|B in %    ", "A|B %  "];
  const isRoomy = wide.length + textOf(parts).trimEnd().length <= width;
  return [span(isRoomy ? wide : narrow, "dim"), ...parts];
}

function shares({ view }: Side) {
  const sumJ = totalJ(view);
  return new Map(
    energyParts(view).map(({ name, value, glyph, tone }) => [
      name,
      { glyph, tone, percent: sumJ === 0 ? 0 : Math.round((100 * value) / sumJ) },
    ]),
  );
}
