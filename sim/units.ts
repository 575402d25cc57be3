declare const unit: unique symbol;
/** A number that remembers its unit: literals and sums assign freely, another unit does not. */
type Quantity<Unit extends string> = number & { readonly [unit]?: Unit };

export type Seconds = Quantity<"s">;
export type Joules = Quantity<"J">;
export type Watts = Quantity<"W">;
export type Bytes = Quantity<"B">;
export type BytesPerSecond = Quantity<"B/s">;
export type FlopPerSecond = Quantity<"FLOP/s">;
export type Tokens = Quantity<"token">;
export type Blocks = Quantity<"block">;
export type RequestId = Quantity<"request">;
export type ReplicaId = Quantity<"replica">;
