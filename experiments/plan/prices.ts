import type { PlanInput } from "./planSchema.ts";

type Prices = PlanInput["gpu_price_per_hour"];

/** A year of 365.25 days. */
const hoursPerYear = 8766;

/** Money per GPU and hour; what is bought is paid for over all hours of its life, used or not. */
export function priceTable(prices: Prices): Record<string, number> {
  return Object.fromEntries(
    Object.entries(prices).map(([gpu, price]) => [gpu, perHour(price)] as const),
  );
}

function perHour(price: Prices[string]): number {
  if (typeof price === "number") return price;
  return price.capex / (price.lifetime_years * hoursPerYear);
}
