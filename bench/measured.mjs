/** Loaded before a program, it writes what the whole process took as a last line to stderr. */
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuS = (userCPUTime + systemCPUTime) / 1e6;
  process.stderr.write(`measured ${JSON.stringify({ cpuS, peakRssMb: maxRSS / 1000 })}\n`);
});
