import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A slow machine is not a failure: the limit only ends what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "coverage/tests.json" }]]
      : ["default"],
  },
});
