import { UserError } from "../../errors.ts";
import { suggestion } from "../../suggestion.ts";
import type { Cell, Figure } from "../cell.ts";
import { figure2 } from "./figure2.ts";
import { figure5 } from "./figure5.ts";

/** In the order of the paper. */
export const paperFigures: readonly Figure[] = [figure2, figure5];

export interface ChosenFigure {
  readonly figure: Figure;
  readonly cells: readonly Cell[];
}

/** All figures, the one of a name, or one panel of it. @throws UserError where there is none. */
export function chosenFigures(name?: string): ChosenFigure[] {
  const all = paperFigures.map((figure) => ({ figure, cells: figure.cells() }));
  if (name === undefined) return all;
  const wanted = plainName(name);
  const chosen = all.flatMap(({ figure, cells }) => {
    if (plainName(figure.id) === wanted) return [{ figure, cells }];
    const ofPanel = cells.filter((cell) => plainName(cell.figure) === wanted);
    return ofPanel.length === 0 ? [] : [{ figure, cells: ofPanel }];
  });
  if (chosen.length > 0) return chosen;
  const names = [...new Set(all.flatMap(({ figure, cells }) => [figure.id, ...panels(cells)]))];
  const nearest = suggestion(name, names);
  const hint = `figures and tables: ${names.join(", ")}`;
  throw new UserError({ key: "--figure", message: `there is no figure "${name}"${nearest}`, hint });
}

function panels(cells: readonly Cell[]): string[] {
  return cells.map(({ figure }) => figure);
}

/** As people write it: "Fig. 5a", "table 4", "t4". */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^fig(ure)?\.?\s*/, "")
    .replace(/^table\s*/, "t")
    .trim();
}
