import { Gunzip } from "minizlib";
import type { Problem } from "./errors.ts";
import { attempted } from "./files.ts";

/** So many unpack to 64 MB at the very most. */
const packedBytes = 1 << 16;

/**
 * What the pieces of a gzip file unpack to, as they come: those before are forgotten.
 * @throws UserError where it is damaged or ends early.
 */
export function* gunzipped(
  chunks: Iterable<Uint8Array>,
  file: { readonly path: string; readonly blame: Omit<Problem, "message"> },
): Generator<Uint8Array> {
  const gunzip = new Gunzip({});
  let unpacked: Uint8Array[] = [];
  let failure: unknown;
  gunzip.on("data", (bytes: Uint8Array) => unpacked.push(bytes));
  gunzip.on("error", (error: unknown) => {
    failure ??= error;
  });
  // The library calls back before `write` and `end` return.
  const taken = (feed: () => void): readonly Uint8Array[] => {
    unpacked = [];
    feed();
    const fail = (): never => {
      throw failure;
    };
    return failure === undefined ? unpacked : attempted(fail, file);
  };
  for (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += packedBytes) {
      const packed = Buffer.from(chunk.subarray(start, start + packedBytes));
      yield* taken(() => gunzip.write(packed));
    }
  }
  yield* taken(() => gunzip.end());
}
