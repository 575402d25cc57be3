import { residualEntries } from "./catalogue/residuals.generated.ts";
import type { ResidualEntry } from "./uncertainty.ts";
import { residualFromEntry } from "./uncertainty.ts";

/** What held-out predictions came to, by quantity, network and class. */
export function catalogueResiduals(): ResidualEntry[] {
  return residualEntries.map((entry) =>
    residualFromEntry(entry, `models/catalogue/residuals.yaml: ${entry.id}`),
  );
}
