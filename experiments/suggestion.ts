import { nearestName } from "../models/nearestName.ts";

const most = 4;

/** "; did you mean A, B or C?": the names that contain the one given, else the nearest; or nothing. */
export function suggestion(given: string, names: readonly string[]): string {
  const part = given.toLowerCase();
  const holding = names.filter((name) => part.length > 1 && name.toLowerCase().includes(part));
  const nearest = nearestName(given, names);
  const found = holding.length > 1 && holding.length <= most ? holding : nearest;
  if (found === undefined) return "";
  return `; did you mean ${typeof found === "string" ? found : listed(found)}?`;
}

/** "A, B or C" */
function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
