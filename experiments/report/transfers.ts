import type { TransferTotals } from "../../sim/disaggregation/transferBooks.ts";
import { milliseconds } from "./ratios.ts";

/** KV caches that went from prefill to decode pools; null where each replica decodes what it prefills. */
export function transfersOf(transfers: TransferTotals | undefined) {
  if (transfers === undefined) return null;
  return {
    transfers: transfers.count,
    bytes: transfers.bytes,
    energy_j: transfers.energyJ,
    wait_ms: milliseconds(transfers.waitS),
    transfer_ms: milliseconds(transfers.transferS),
  };
}
