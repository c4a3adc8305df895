/** A request that was sent, as a limit has to know it. */
export interface Sample {
  readonly sentAt: number;
  /** How many requests were in flight when it was sent, itself included. */
  readonly level: number;
}

/** One kind of limit that is learned from refusals. All times are local and monotonic, in milliseconds. */
export interface Limit {
  /** When the next request may be sent; `Infinity` if an answer has to arrive first. */
  readyAt(now: number): number;
  sent(now: number): void;
  /** A request has ended. Called before `admitted` and `refused`. */
  settled(now: number): void;
  admitted(sample: Sample): void;
  /** Learns from a refusal if this kind of limit can explain it. Returns whether it can. */
  refused(sample: Sample, now: number): boolean;
  /** Forgets what it has learned. */
  forget(): void;
}
