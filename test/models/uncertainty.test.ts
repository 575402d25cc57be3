import { describe, expect, test } from "vitest";
import type { Basis, Evidence, Support } from "../../models/evidence.ts";
import { evidenceOfGpu } from "../../models/evidence.ts";
import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { ErrorClass, Quantity, ResidualEntry } from "../../models/uncertainty.ts";
import { errorClassOf, interval80, residualFromEntry } from "../../models/uncertainty.ts";
import { knownGpu } from "../support/stepWorld.ts";

type Known = readonly [Basis, Support];

function evidence(latency: Known, power: Known = latency, hasOwnKernels = true): Evidence {
  return {
    latency: { basis: latency[0], support: latency[1], hasOwnKernels },
    power: { basis: power[0], support: power[1] },
    sources: [],
  };
}

function residual(errorClass: ErrorClass, low: number, high: number): ResidualEntry {
  return {
    id: `tpot dense ${errorClass}`,
    quantity: "tpot",
    network: "dense",
    class: errorClass,
    rows: 100,
    groups: 20,
    low_ratio: low,
    high_ratio: high,
    coverage_ratio: 0.8,
    kind: "measured",
    source: "a test",
  };
}

describe("an interval", () => {
  const residuals = [residual("new_architecture", 0.75, 1.5), residual("transferred", 1.25, 4)];
  const of = (support: Support, known: readonly ResidualEntry[] = residuals) =>
    interval80(
      known,
      { quantity: "tpot", isMoe: false, evidence: evidence(["fitted", support]) },
      8,
    );

  test("is the prediction times the quantiles of its class", () => {
    expect(of("new_architecture")).toEqual([6, 12]);
  });

  test("is that of the next class farther from a fit where its own has no residuals", () => {
    expect(of("interpolated")).toEqual([6, 12]);
    expect(of("operators_only")).toEqual([10, 32]);
  });

  test("lies above a prediction that held-out rows exceeded", () => {
    expect(of("operators_only")?.[0]).toBeGreaterThan(8);
  });

  test("is the narrowest of its class and of those farther, by the ratio of its ends", () => {
    // 3 and 2.5, though 1.5 - 0.5 is less than 3.75 - 1.5; then 2 of a class that is too near.
    const far = residual("transferred", 1.5, 3.75);
    const known = [residual("operators_only", 0.5, 1.5), far];
    expect(of("operators_only", known)).toEqual([12, 30]);
    const near = residual("interpolated", 1, 2);
    expect(of("operators_only", [near, ...known])).toEqual([12, 30]);
    expect(of("interpolated", [near, ...known])).toEqual([8, 16]);
  });

  test("is not known where no wider class has residuals, nor for other networks", () => {
    const [narrow] = residuals;
    const known = narrow === undefined ? [] : [narrow];
    const far = evidence(["transferred", "operators_only"]);
    expect(interval80(known, { quantity: "tpot", isMoe: false, evidence: far }, 8)).toBeUndefined();
    const near = evidence(["fitted", "interpolated"]);
    expect(interval80(known, { quantity: "tpot", isMoe: true, evidence: near }, 8)).toBeUndefined();
  });
});

describe("the class of an error", () => {
  const classOf = (quantity: Quantity, latency: Known, power?: Known) =>
    errorClassOf(quantity, evidence(latency, power));

  test("of times is operators only with kernels of this GPU, transferred without", () => {
    const far: Known = ["transferred", "operators_only"];
    expect(classOf("tpot", far)).toBe("operators_only");
    expect(errorClassOf("tpot", evidence(far, far, false))).toBe("transferred");
    expect(errorClassOf("ttft", evidence(["datasheet", "operators_only"], far, false))).toBe(
      "transferred",
    );
    const fitted: Known = ["transferred", "new_architecture"];
    expect(errorClassOf("tpot", evidence(fitted, far, false))).toBe("new_architecture");
  });

  test.each(["A10", "L4", "RTX-3090", "H100-PCIe"])(
    "of times is transferred on %s, which borrows kernels",
    (id) => {
      expect(errorClassOf("tpot", evidenceOfGpu(knownGpu(id)))).toBe("transferred");
    },
  );

  test.each(["A40", "L40S", "RTX-4090"])(
    "of times is operators only on %s, whose are known",
    (id) => {
      expect(errorClassOf("tpot", evidenceOfGpu(knownGpu(id)))).toBe("operators_only");
    },
  );

  test("of watts is transferred where the curve is another GPU's or a rule", () => {
    expect(classOf("watts", ["transferred", "operators_only"])).toBe("transferred");
    expect(classOf("watts", ["datasheet", "operators_only"])).toBe("transferred");
    expect(classOf("watts", ["fitted", "operators_only"])).toBe("operators_only");
    expect(classOf("watts", ["transferred", "interpolated"])).toBe("interpolated");
  });

  test("of joules is the worse of both", () => {
    const near: Known = ["fitted", "interpolated"];
    const far: Known = ["fitted", "new_architecture"];
    expect(classOf("energy", near, far)).toBe("new_architecture");
    expect(classOf("energy", far, near)).toBe("new_architecture");
  });
});

describe("the catalogue's residuals", () => {
  test("are read without complaint, each cell once", () => {
    const ids = catalogueResiduals().map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    for (const entry of catalogueResiduals()) {
      expect(entry.id).toBe(`${entry.quantity} ${entry.network} ${entry.class}`);
    }
  });

  test("are refused where the ends are crossed or a share exceeds all", () => {
    const entry = residual("interpolated", 0.9, 1.1);
    expect(residualFromEntry(entry, "residuals.yaml")).toEqual(entry);
    expect(() => residualFromEntry({ ...entry, high_ratio: 0.8 }, "residuals.yaml")).toThrow(
      "residuals.yaml: high_ratio: expected a number",
    );
    expect(() => residualFromEntry({ ...entry, coverage_ratio: 80 }, "residuals.yaml")).toThrow(
      "coverage_ratio: expected a number from 0 to 1",
    );
    expect(residualFromEntry({ ...entry, coverage_ratio: null }, "x").coverage_ratio).toBeNull();
  });
});
