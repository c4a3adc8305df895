import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { throwingTypeErrors } from '../failure.ts';
import { parseFields } from '../fields.ts';
import { randomSecret } from '../random.ts';
import type { Store } from '../store.ts';
import { timestamp } from '../timestamp.ts';
import type { Deliverer } from './deliverer.ts';
import type { DeliveryRecord, EndpointRecord } from './records.ts';

/** The documented events. */
export const EVENTS = ['user.created'] as const;

/** How long deliveries are signed with the old secret, too, in milliseconds: a day. */
const ROTATION = 86_400_000;

/** Deliveries that are done and kept to look at. */
const KEPT = 1000;

/** A webhook to register. */
export interface EndpointParams {
  /** Where to send events: an http or https URL. */
  url: string;
  /** Which events: their names, or `*` for every one. Default `['*']`. */
  events?: readonly string[] | undefined;
  /** `whsec_` and 24 to 64 bytes in base64. Default a new one. */
  secret?: string | undefined;
}

/** What can be changed of a webhook. */
export interface EndpointChanges {
  /** Where to send events: an http or https URL. */
  url?: string | undefined;
  /** Which events: their names, or `*` for every one. */
  events?: readonly string[] | undefined;
  /** `false` holds deliveries back until it is `true` again. */
  enabled?: boolean | undefined;
}

const url = z
  .string('Must be a URL.')
  .check(z.refine(isHttpUrl, 'Must be a URL that begins with http:// or https://.'));
const events = z
  .array(
    z.string('Must be a list of event names.').check(z.regex(/^(\*|[\w.-]{1,100})$/, 'Must be event names, or *.')),
    'Must be a list of event names.',
  )
  .check(z.minLength(1, 'Must name at least one event, or *.'));
const secret = z
  .string('Must be a string.')
  .check(z.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'Must be whsec_ and 24 to 64 bytes in base64.'));

/** {@link EndpointParams}, checked. */
export const endpointSchema = z.strictObject({ url, events: z.optional(events), secret: z.optional(secret) });

const changesSchema = z.strictObject({
  url: z.optional(url),
  events: z.optional(events),
  enabled: z.optional(z.boolean('Must be true or false.')),
});

/** The registered webhooks, and what was sent to them. */
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

  /** Every registered webhook, oldest first. */
  get endpoints(): readonly EndpointRecord[] {
    return this.#store.endpoints.all;
  }

  /** Every delivery, oldest first: those under way, and the last 1000 that are done. */
  get deliveries(): readonly DeliveryRecord[] {
    return this.#store.deliveries.all;
  }

  /** Registers a webhook. @throws TypeError for a URL, event name or secret that can't be. */
  register(params: EndpointParams): EndpointRecord {
    return throwingTypeErrors('No such webhook.', () => this.add(params));
  }

  /** @internal The same for what came as a form. @throws Failure */
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

  /** Changes a webhook. Enabled again, it gets what it has missed. @throws TypeError for an unknown id, or a bad value. */
  update(id: string, changes: EndpointChanges): EndpointRecord {
    return throwingTypeErrors('No such change.', () => this.change(id, changes));
  }

  /** @internal The same for what came as a form. @throws Failure, and a TypeError for an unknown id */
  change(id: string, fields: unknown): EndpointRecord {
    const endpoint = this.#endpoint(id);
    const { enabled, ...changes } = parseFields(changesSchema, fields);
    const changed: EndpointRecord = {
      ...endpoint,
      url: changes.url ?? endpoint.url,
      events: changes.events ?? endpoint.events,
      disabled: enabled === undefined ? endpoint.disabled : enabled ? undefined : 'You disabled it.',
    };
    this.#store.endpoints.put(changed);
    if (enabled === true) this.#retry(id);
    return changed;
  }

  /** Gives a webhook a new secret; for a day its deliveries are signed with the old one, too. */
  rotateSecret(id: string): EndpointRecord {
    const endpoint = this.#endpoint(id);
    const previous = { secret: endpoint.secret, until: this.#clock.now() + ROTATION };
    const changed = { ...endpoint, secret: newSecret(), previous };
    this.#store.endpoints.put(changed);
    return changed;
  }

  /** Deletes a webhook and what was sent to it; `false` when there is none with this id. */
  remove(id: string): boolean {
    return this.#store.transaction(() => {
      for (const delivery of this.deliveries) {
        if (delivery.endpoint === id) this.#store.deliveries.delete(delivery.id);
      }
      return this.#store.endpoints.delete(id);
    });
  }

  /** Sends an event to every webhook that wants it, as if it had happened. Delivered soon; {@link flush} waits for it. */
  publish(event: string, data: unknown): readonly DeliveryRecord[] {
    const wanted = this.endpoints.filter(({ events: names }) => names.includes(event) || names.includes('*'));
    if (wanted.length === 0) return [];
    const message = this.#message(event, data);
    return this.#store.transaction(() => wanted.map((endpoint) => this.#send(endpoint, message)));
  }

  /** Sends an event to one webhook, whether it wants that event or not: by default one that looks like `user.created`. */
  sendTest(id: string, event = 'user.created', data: unknown = EXAMPLE_DATA): DeliveryRecord {
    const endpoint = this.#endpoint(id);
    return this.#store.transaction(() => this.#send(endpoint, this.#message(event, data)));
  }

  /** Sends a delivery again, with the same `webhook-id`. @throws TypeError for an unknown id */
  redeliver(id: string): DeliveryRecord {
    const delivery = this.#store.deliveries.get(id);
    if (delivery === undefined) throw new TypeError(`There is no delivery ${id}.`);
    const again: DeliveryRecord = { ...delivery, status: 'pending', due: this.#clock.now(), tries: 0 };
    this.#deliverer.put(again);
    return again;
  }

  /** Attempts everything that is due by the clock now, and waits until it is answered. */
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
    this.#forgetOld();
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

  #forgetOld(): void {
    let surplus = this.#store.deliveries.size - KEPT;
    for (const delivery of this.#store.deliveries.values()) {
      if (surplus <= 0) return;
      // What still waits is never forgotten.
      if (delivery.status === 'pending') continue;
      this.#store.deliveries.delete(delivery.id);
      surplus -= 1;
    }
  }
}

/** What an event is, whoever gets it. */
type Message = Pick<DeliveryRecord, 'message' | 'event' | 'body' | 'created_at'>;

/** The reference's example. */
export const EXAMPLE_DATA = { id: 'user_123', name: 'John Doe', email: 'john@example.com' };

function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
