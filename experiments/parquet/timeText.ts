const nanosecondsPerS = 1_000_000_000n;

/** "2023-11-16 18:17:03.9799600": as tables of text have times, to the nanosecond. */
export function timeText(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % nanosecondsPerS) + nanosecondsPerS) % nanosecondsPerS;
  const seconds = (nanoseconds - fraction) / nanosecondsPerS;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds} s`;
  const whole = date.toISOString().slice(0, 19).replace("T", " ");
  return fraction === 0n ? whole : `${whole}.${String(fraction).padStart(9, "0")}`;
}

/** Of times, where the library would cut them to milliseconds; other kinds it makes texts of itself. */
export const textParsers = {
  timestampFromMilliseconds: (count: bigint) => timeText(BigInt(count) * 1_000_000n),
  timestampFromMicroseconds: (count: bigint) => timeText(BigInt(count) * 1000n),
  timestampFromNanoseconds: (count: bigint) => timeText(BigInt(count)),
  dateFromDays: (days: number) => timeText(BigInt(days) * 86_400n * nanosecondsPerS),
  jsonFromBytes: () => undefined,
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
};
