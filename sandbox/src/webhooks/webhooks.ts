import * as z from 'zod/mini';
import { withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { type Clock, timestamp } from '../utils/clock.ts';
import { randomSecret } from '../utils/random.ts';
import { strictFields } from '../utils/strict-fields.ts';
import type { Deliverer } from './deliverer.ts';

/** The documented events. */
export const eventNames = ['user.created'] as const;

/** How long deliveries are also signed with the previous secret, in milliseconds: one day. */
const rotationPeriod = 86_400_000;

/** Number of completed deliveries to keep. */
const keptDeliveries = 1000;

/** A webhook to register. */
export interface EndpointParams {
  /** URL that receives the events; http or https. */
  url: string;
  /** Names of the events to send, or `*` for all. Default: `['*']`. */
  events?: readonly string[] | undefined;
  /** Signing secret: `whsec_` and 24 to 64 bytes in base64. Default: a random one. */
  secret?: string | undefined;
}

/** Changes to a webhook. */
export interface EndpointChanges {
  /** URL that receives the events; http or https. */
  url?: string | undefined;
  /** Names of the events to send, or `*` for all. */
  events?: readonly string[] | undefined;
  /** `false` holds deliveries back until you set it to `true`. */
  enabled?: boolean | undefined;
}

const url = z
  .string('Must be a URL.')
  .check(z.refine(isHttpUrl, 'Must be a URL that starts with http:// or https://.'));
const events = z
  .array(
    z.string('Must be a list of event names.').check(z.regex(/^(\*|[\w.-]{1,100})$/, 'Must be event names, or *.')),
    'Must be a list of event names.',
  )
  .check(z.minLength(1, 'Must name at least one event, or *.'));
const secret = z
  .string('Must be a string.')
  .check(z.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'Must be whsec_ and 24 to 64 bytes in base64.'));

/** Validates {@link EndpointParams}. */
export const endpointSchema = strictFields({ url, events: z.optional(events), secret: z.optional(secret) });

const changesSchema = strictFields({
  url: z.optional(url),
  events: z.optional(events),
  enabled: z.optional(z.boolean('Must be true or false.')),
});

/** The registered webhooks and their deliveries. */
export class SandboxWebhooks {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #deliverer: Deliverer;

  /** @internal */
  constructor(store: Store, clock: Clock, deliverer: Deliverer) {
    this.#store = store;
    this.#clock = clock;
    this.#deliverer = deliverer;
  }

  /** All registered webhooks, oldest first. */
  get endpoints(): readonly EndpointRecord[] {
    return this.#store.endpoints.all;
  }

  /** All pending deliveries and the last 1000 completed ones, oldest first. */
  get deliveries(): readonly DeliveryRecord[] {
    return this.#store.deliveries.all;
  }

  /**
   * Registers a webhook.
   *
   * @throws {TypeError} when the URL, an event name or the secret is invalid.
   */
  register(params: EndpointParams): EndpointRecord {
    return withTypeErrors('Invalid webhook.', () => this.add(params));
  }

  /** @internal Like `register`, for form input. @throws {Failure} when a field is invalid. */
  add(fields: unknown): EndpointRecord {
    const params = parseFields(endpointSchema, fields);
    return this.#store.transaction(() => {
      const endpoint = {
        id: this.#store.nextId('we'),
        url: params.url,
        events: params.events ?? ['*'],
        secret: params.secret ?? newSecret(),
        created_at: timestamp(this.#clock.now()),
      };
      this.#store.endpoints.put(endpoint);
      return endpoint;
    });
  }

  /**
   * Changes a webhook. A webhook that is enabled again gets its pending deliveries.
   *
   * @throws {TypeError} when the id is unknown or a value is invalid.
   */
  update(id: string, changes: EndpointChanges): EndpointRecord {
    return withTypeErrors('Invalid change.', () => this.change(id, changes));
  }

  /** @internal Like `update`, for form input. @throws {Failure} when a field is invalid. */
  change(id: string, fields: unknown): EndpointRecord {
    const endpoint = this.#endpoint(id);
    const { enabled, ...changes } = parseFields(changesSchema, fields);
    const changed: EndpointRecord = {
      ...endpoint,
      url: changes.url ?? endpoint.url,
      events: changes.events ?? endpoint.events,
      disabled: enabled === undefined ? endpoint.disabled : enabled ? undefined : 'You disabled the webhook.',
    };
    this.#store.endpoints.put(changed);
    if (enabled === true) this.#retry(id);
    return changed;
  }

  /**
   * Gives a webhook a new secret. For one day its deliveries are also signed with the old one.
   *
   * @throws {TypeError} when the id is unknown.
   */
  rotateSecret(id: string): EndpointRecord {
    const endpoint = this.#endpoint(id);
    const previous = { secret: endpoint.secret, until: this.#clock.now() + rotationPeriod };
    const changed = { ...endpoint, secret: newSecret(), previous };
    this.#store.endpoints.put(changed);
    return changed;
  }

  /** Deletes a webhook and its deliveries. Returns `false` if no webhook has this id. */
  remove(id: string): boolean {
    return this.#store.transaction(() => {
      for (const delivery of this.deliveries) {
        if (delivery.endpoint === id) this.#store.deliveries.delete(delivery.id);
      }
      return this.#store.endpoints.delete(id);
    });
  }

  /** Sends an event to every webhook that is registered for it. {@link flush} waits for the deliveries. */
  publish(event: string, data: unknown): readonly DeliveryRecord[] {
    const wanted = this.endpoints.filter(({ events: names }) => names.includes(event) || names.includes('*'));
    if (wanted.length === 0) return [];
    const message = this.#message(event, data);
    return this.#store.transaction(() => wanted.map((endpoint) => this.#send(endpoint, message)));
  }

  /**
   * Sends an event to one webhook, even if it is not registered for the event. Default: an example of `user.created`.
   *
   * @throws {TypeError} when the id is unknown.
   */
  sendTest(id: string, event = 'user.created', data: unknown = exampleData): DeliveryRecord {
    const endpoint = this.#endpoint(id);
    return this.#store.transaction(() => this.#send(endpoint, this.#message(event, data)));
  }

  /**
   * Sends a delivery again, with the same `webhook-id`.
   *
   * @throws {TypeError} when the id is unknown.
   */
  redeliver(id: string): DeliveryRecord {
    const delivery = this.#store.deliveries.get(id);
    if (delivery === undefined) throw new TypeError(`There is no delivery ${id}.`);
    const again: DeliveryRecord = { ...delivery, status: 'pending', due: this.#clock.now(), tries: 0 };
    this.#deliverer.put(again);
    return again;
  }

  /** Attempts all deliveries that are due, and waits for the responses. */
  flush(): Promise<void> {
    return this.#deliverer.flush();
  }

  #endpoint(id: string): EndpointRecord {
    const endpoint = this.#store.endpoints.get(id);
    if (endpoint === undefined) throw new TypeError(`There is no webhook ${id}.`);
    return endpoint;
  }

  #message(event: string, data: unknown): Message {
    const created_at = timestamp(this.#clock.now());
    const body = JSON.stringify({ event, data, timestamp: created_at });
    return { message: `msg_${randomSecret()}`, event, body, created_at };
  }

  #send({ id }: EndpointRecord, message: Message): DeliveryRecord {
    this.#evictOldest();
    const delivery: DeliveryRecord = {
      id: this.#store.nextId('del'),
      ...message,
      endpoint: id,
      status: 'pending',
      due: this.#clock.now(),
      tries: 0,
      attempts: [],
    };
    this.#deliverer.put(delivery);
    return delivery;
  }

  #retry(endpoint: string): void {
    for (const delivery of this.deliveries) {
      if (delivery.endpoint === endpoint && delivery.status === 'pending') {
        this.#deliverer.put({ ...delivery, due: this.#clock.now() });
      }
    }
  }

  #evictOldest(): void {
    let surplus = this.#store.deliveries.size - keptDeliveries;
    for (const delivery of this.#store.deliveries.values()) {
      if (surplus <= 0) return;
      // Pending deliveries are always kept.
      if (delivery.status === 'pending') continue;
      this.#store.deliveries.delete(delivery.id);
      surplus -= 1;
    }
  }
}

/** The part of a delivery that all webhooks share. */
type Message = Pick<DeliveryRecord, 'message' | 'event' | 'body' | 'created_at'>;

/** The example in the reference. */
export const exampleData = { id: 'user_123', name: 'John Doe', email: 'john@example.com' };

function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
