/** An accepted token. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, in hex, where the state is stored; the token itself where it is only in memory. */
  readonly hash: string;
  /** The token's last characters, to identify it. */
  readonly hint: string;
  readonly created_at: string;
}

/** The first response to a request with an `Idempotency-Key`. */
export interface ResponseRecord {
  /** The token and the key. */
  readonly id: string;
  /** The request's fields, without the password. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** The time, in epoch milliseconds. */
  readonly savedAt: number;
}

/** A registered webhook. */
export interface EndpointRecord {
  /** Unique identifier, such as `we_123`. */
  readonly id: string;
  /** URL that receives the events. */
  readonly url: string;
  /** Names of the events to send; `*` for all. */
  readonly events: readonly string[];
  /** Signing secret, `whsec_…`. */
  readonly secret: string;
  /** Why the webhook is disabled; its deliveries wait until it is enabled. */
  readonly disabled?: string | undefined;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** An event for one webhook. */
export interface DeliveryRecord {
  /** Unique identifier, such as `del_123`. */
  readonly id: string;
  /** Value of the `webhook-id` header: the same for every attempt, and for every webhook that gets the event. */
  readonly message: string;
  /** Id of the webhook. */
  readonly endpoint: string;
  /** Id of the request that caused the event; `undefined` if none did. */
  readonly request?: string | undefined;
  /** Name of the event. */
  readonly event: string;
  /** Request body, byte for byte. */
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  /** `failed` if the last attempt of the schedule failed. */
  readonly status: 'pending' | 'delivered' | 'failed';
  /** When the next attempt is due, in epoch milliseconds; `undefined` if there is none. */
  readonly due?: number | undefined;
  /** Number of attempts made in the current schedule. */
  readonly tries: number;
  /** The latest attempts, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** One attempt to deliver an event. */
export interface Attempt {
  /** ISO 8601. */
  readonly at: string;
  /** Milliseconds until the response was read. */
  readonly duration: number;
  /** Request headers, including the signature. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Status of the response; `undefined` if there was none. */
  readonly status?: number | undefined;
  /** Response headers. */
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined;
  /** Start of the response body. */
  readonly responseBody?: string | undefined;
  /** Why there was no response. */
  readonly error?: string | undefined;
}
