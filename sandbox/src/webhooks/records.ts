/** A URL that events are sent to. */
export interface EndpointRecord {
  /** Unique identifier, such as `we_123`. */
  readonly id: string;
  /** Where events are sent. */
  readonly url: string;
  /** Names of the events it gets; `*` for every one. */
  readonly events: readonly string[];
  /** What its deliveries are signed with: `whsec_…`. */
  readonly secret: string;
  /** The secret before, while deliveries are signed with both. */
  readonly previous?:
    | {
        /** `whsec_…` */
        readonly secret: string;
        /** Epoch milliseconds. */
        readonly until: number;
      }
    | undefined;
  /** Why nothing is sent to it at present. What is due meanwhile waits. */
  readonly disabled?: string | undefined;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** An event on its way to one endpoint. */
export interface DeliveryRecord {
  /** Unique identifier, such as `del_123`. */
  readonly id: string;
  /** The `webhook-id`: the same for every attempt, and for every endpoint that gets the event. */
  readonly message: string;
  /** The id of the webhook that it goes to. */
  readonly endpoint: string;
  /** The event's name. */
  readonly event: string;
  /** What is sent, to the byte. */
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  /** `failed` after the last attempt of the schedule. */
  readonly status: 'pending' | 'delivered' | 'failed';
  /** When the next attempt is due, in epoch milliseconds; `undefined` when there will be none. */
  readonly due?: number | undefined;
  /** Attempts of the schedule that were made. */
  readonly tries: number;
  /** The last attempts, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** One try to deliver. */
export interface Attempt {
  /** ISO 8601. */
  readonly at: string;
  /** Milliseconds until the answer was read. */
  readonly duration: number;
  /** What was sent beside the body, the signature among it. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The receiver's answer; `undefined` when there was none. */
  readonly status?: number | undefined;
  /** What the receiver answered with. */
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined;
  /** The start of the answer's body. */
  readonly responseBody?: string | undefined;
  /** Why there was no answer. */
  readonly error?: string | undefined;
}
