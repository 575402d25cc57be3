import { UserError } from "../../errors.ts";
import { suggestion } from "../../suggestion.ts";
import type { Cell, Figure } from "../cell.ts";
import { figure1 } from "./figure1.ts";
import { figure2 } from "./figure2.ts";
import { figure3 } from "./figure3.ts";
import { figure4 } from "./figure4.ts";
import { figure5 } from "./figure5.ts";
import { figure6 } from "./figure6.ts";
import { figure7 } from "./figure7.ts";
import { figure8 } from "./figure8.ts";
import { figure9 } from "./figure9.ts";
import { figure10 } from "./figure10.ts";
import { figure11 } from "./figure11.ts";
import { figure12 } from "./figure12.ts";
import { table1, table2, table3 } from "./lengthTables.ts";
import { table4 } from "./table4.ts";

/** In the order of the paper. */
export const paperFigures: readonly Figure[] = [
  table1,
  table2,
  table3,
  table4,
  figure1,
  figure2,
  figure3,
  figure4,
  figure5,
  figure6,
  figure7,
  figure8,
  figure9,
  figure10,
  figure11,
  figure12,
];

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
  const isTable = wanted.startsWith("t");
  const nearest = suggestion(
    name,
    names.filter((known) => known.startsWith("T") === isTable),
  );
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
