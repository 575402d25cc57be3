import type { Problem } from "../../errors.ts";
import { type Places, problemsOf } from "../../scenario/problems.ts";
import type { CalibratedGpu } from "./calibratedGpu.ts";
import {
  type MeasurementRow,
  measurementJsonSchema,
  measurementSchema,
} from "./measurementSchema.ts";
import type { TextRow } from "./measurementTable.ts";
import { impossiblePower } from "./plausibility.ts";
import { type RowProblem, rowProblems } from "./rowRules.ts";

const schema = measurementJsonSchema();

/** A row whose values are what its columns are for, and that is of this GPU; else what is wrong with it. */
export function readRow(text: TextRow, gpu: CalibratedGpu): MeasurementRow | readonly Problem[] {
  const value = valuesOf(text);
  const checked = measurementSchema.safeParse(value);
  if (!checked.success) {
    return problemsOf(checked.error.issues, { schema, value, places: placesOf(text) });
  }
  const row = checked.data;
  const wrong = [...rowProblems(row), ...otherGpu(row, gpu), ...impossiblePower(row, gpu.spec)];
  return wrong.length === 0 ? row : wrong.map((problem) => placed(problem, text));
}

/** Numbers where they are asked and can be read; unknown columns are the table's problem. */
function valuesOf({ texts }: TextRow): Record<string, string | number> {
  const values = [...texts].flatMap(([column, text]): [string, string | number][] => {
    const property = schema.properties?.[column];
    if (typeof property !== "object") return [];
    const isNumber = property.type === "number" || property.type === "integer";
    return [[column, isNumber && !Number.isNaN(Number(text)) ? Number(text) : text]];
  });
  return Object.fromEntries(values);
}

function placesOf({ placeOf }: TextRow): Places {
  const place = ([column]: readonly (string | number)[]) => placeOf(String(column ?? ""));
  return { placeOfKey: place, placeOfValue: place };
}

function otherGpu(row: MeasurementRow, { name, spec }: CalibratedGpu): RowProblem[] {
  if (row.gpu === undefined || row.gpu === name || row.gpu === spec.id) return [];
  const message = `${row.gpu} is not ${spec.id}, the GPU of --gpu`;
  return [{ column: "gpu", message, hint: "a calibration is of one GPU: take other rows out" }];
}

export function placed({ column, message, hint }: RowProblem, text: TextRow): Problem {
  return { place: text.placeOf(column), key: column, message, hint };
}
