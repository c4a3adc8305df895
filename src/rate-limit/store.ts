/** Placeholder until the store is merged. */
export interface RateLimitStore {
  readonly kind: string;
}
