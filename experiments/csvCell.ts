/** A field of a CSV line: quoted where it must be, empty where it is not known. */
export function csvCell(value: string | number | boolean | null | undefined): string {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
