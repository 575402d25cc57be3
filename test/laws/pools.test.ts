import fc from "fast-check";
import { expect, test } from "vitest";
import { Simulation } from "../../sim/simulation.ts";
import { configOf, smallWorld } from "../support/smallWorlds.ts";

test("what pools took and gave sums to the run, whatever happens on their replicas", () => {
  fc.assert(
    fc.property(smallWorld, fc.integer({ min: 1, max: 3 }), (small, ofFirst) => {
      const config = configOf({ ...small, replicas: 4 });
      const pools = [
        { name: "a", replicas: ofFirst },
        { name: "b", replicas: 4 - ofFirst },
      ];
      const { digest, ...plain } = new Simulation(config).run();
      const totals = new Simulation({ ...configOf({ ...small, replicas: 4 }), pools }).run();
      expect(totals.digest).toBe(digest);
      const { energy, tokens, requests, busyGpuS } = plain;
      const sums = {
        gpuJ: energy.idleNoContextJ,
        prefillJ: 0,
        decodeJ: 0,
        wastedJ: 0,
        busyGpuS: 0,
      };
      const counts = { output: 0, computedPrompt: 0, ended: 0 };
      for (const pool of totals.pools) {
        sums.gpuJ += pool.energy.gpuJ;
        sums.prefillJ += pool.energy.prefillJ;
        sums.decodeJ += pool.energy.decodeJ;
        sums.wastedJ += pool.energy.wastedJ;
        sums.busyGpuS += pool.busyGpuS;
        counts.output += pool.outputTokens;
        counts.computedPrompt += pool.computedPromptTokens;
        for (const [status, count] of Object.entries(pool.requests.requests)) {
          if (status !== "good") counts.ended += count;
        }
      }
      const withinJ = 1e-9 * Math.max(1, energy.gpuJ);
      for (const part of ["gpuJ", "prefillJ", "decodeJ", "wastedJ"] as const) {
        expect(Math.abs(sums[part] - energy[part]), part).toBeLessThan(withinJ);
      }
      expect(sums.busyGpuS).toBeCloseTo(busyGpuS, 6);
      expect(counts.output).toBe(tokens.output);
      expect(counts.computedPrompt).toBe(tokens.computedPrompt);
      // Who is too long for all, or waits in front of them at the horizon, is of no pool.
      expect(counts.ended).toBeLessThanOrEqual(requests.injected);
      expect(counts.ended).toBeGreaterThanOrEqual(requests.completed);
    }),
  );
});
