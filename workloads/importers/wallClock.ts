export const nanosecondsPerS = 1e9;

/**
 * Reads wall times like "2023-11-16 18:17:03.9799600", UTC unless an offset or Z follows, as
 * nanoseconds since the midnight before the first: whole numbers, exact for 104 days.
 * Undefined where the text is no such time.
 */
export function wallClock(): (text: string) => number | undefined {
  let originS: number | undefined;
  let date = "";
  let midnightS = Number.NaN;
  return (text) => {
    // Most rows are of the day of the row before.
    if (date === "" || !text.startsWith(date)) {
      date = text.slice(0, 10);
      midnightS = midnightOfS(date);
    }
    const fractionEnd = endOfFraction(text);
    const timeS = midnightS + timeOfDayS(text) - zoneOffsetS(text.slice(fractionEnd));
    const nanoseconds = fractionNanoseconds(text, fractionEnd);
    if (Number.isNaN(timeS + nanoseconds)) return undefined;
    originS ??= midnightS;
    return (timeS - originS) * nanosecondsPerS + nanoseconds;
  };
}

/** NaN unless the text is a day of the calendar, such as "2023-11-16". */
function midnightOfS(date: string): number {
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) return Number.NaN;
  // Days that a month lacks are carried into the next, and so do not come back as they went.
  const isDay = date.length === 10 && new Date(milliseconds).toISOString().startsWith(date);
  return isDay ? milliseconds / 1000 : Number.NaN;
}

/** Of "HH:MM:SS" behind the date and one character. */
function timeOfDayS(text: string): number {
  const hours = digits(text, 11, 13);
  const minutes = digits(text, 14, 16);
  const seconds = digits(text, 17, 19);
  const separated = text.startsWith(":", 13) && text.startsWith(":", 16);
  const follows = text.startsWith(" ", 10) || text.startsWith("T", 10);
  if (!separated || !follows) return Number.NaN;
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  return hours * 3600 + minutes * 60 + seconds;
}

const fractionStart = 19;

/** Where the digits and points behind the seconds end. */
function endOfFraction(text: string): number {
  let end = fractionStart;
  while (end < text.length && (isDigit(text.charCodeAt(end)) || text.startsWith(".", end))) end++;
  return end;
}

/** Of ".9799600", 1 to 9 digits; 0 where there is no fraction, NaN where it is something else. */
function fractionNanoseconds(text: string, end: number): number {
  if (end === fractionStart) return 0;
  const count = end - fractionStart - 1;
  if (!text.startsWith(".", fractionStart) || count < 1 || count > 9) return Number.NaN;
  return digits(text, fractionStart + 1, end) * 10 ** (9 - count);
}

/** Of nothing, "Z" or "+01:00". */
function zoneOffsetS(zone: string): number {
  if (zone === "" || zone === "Z" || zone === "+00:00") return 0;
  const sign = zone.startsWith("+") ? 1 : -1;
  const signed = zone.startsWith("+") || zone.startsWith("-");
  if (!signed || !zone.startsWith(":", 3) || zone.length !== 6) return Number.NaN;
  return sign * (digits(zone, 1, 3) * 3600 + digits(zone, 4, 6) * 60);
}

/** The whole number between two places; NaN where a character is no digit. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
