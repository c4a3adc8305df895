import { found, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/record-types.ts';
import type { Store } from '../storage/store.ts';
import { type Clock, timestamp } from '../utils/clock.ts';
import { randomSecret } from '../utils/random.ts';
import type { Deliverer } from './deliverer.ts';
import { eventExamples } from './event-examples.ts';
import { hasFailed } from './health.ts';
import {
  changesSchema,
  type EndpointChanges,
  type EndpointParams,
  endpointSchema,
  eventSchema,
} from './endpoint-params.ts';

/** Number of completed deliveries to keep. */
const keptDeliveries = 1000;

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
    const { url, events, secret } = withTypeErrors('Invalid webhook.', () => parseFields(endpointSchema, params));
    return this.#store.transaction(() => {
      const endpoint = {
        id: this.#store.nextId('we', this.#store.endpoints),
        url,
        events: events ?? ['*'],
        secret: secret ?? newSecret(),
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
    const { endpoint, enabled, url, events } = withTypeErrors('Invalid change.', () => ({
      endpoint: this.#endpoint(id),
      ...parseFields(changesSchema, changes),
    }));
    const changed: EndpointRecord = {
      ...endpoint,
      url: url ?? endpoint.url,
      events: events ?? endpoint.events,
      disabled: enabled === undefined ? endpoint.disabled : enabled ? undefined : 'You disabled the webhook.',
    };
    this.#store.endpoints.put(changed);
    if (enabled === true) this.#deliverer.retryPending(id);
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

  /**
   * Sends an event to every webhook that is registered for it. {@link flush} waits for the deliveries.
   *
   * @param request Id of the request that caused the event.
   * @throws {TypeError} when the event's name is invalid.
   */
  publish(event: string, data: unknown, request?: string): readonly DeliveryRecord[] {
    withTypeErrors('Invalid event.', () => parseFields(eventSchema, { event, data }));
    const wanted = this.endpoints.filter(({ events: names }) => names.includes(event) || names.includes('*'));
    if (wanted.length === 0) return [];
    const message = { ...this.#message(event, data), request };
    return this.#store.transaction(() => wanted.map((endpoint) => this.#send(endpoint, message)));
  }

  /**
   * Sends an event to one webhook, even if it isn't registered for it. Default: the documented example of `user.created`.
   *
   * @throws {TypeError} when the id is unknown or the event's name is invalid.
   */
  sendTest(id: string, event = 'user.created', data: unknown = eventExamples.get(event) ?? {}): DeliveryRecord {
    const endpoint = withTypeErrors('Invalid event.', () => {
      parseFields(eventSchema, { event, data });
      return this.#endpoint(id);
    });
    return this.#store.transaction(() => this.#send(endpoint, this.#message(event, data)));
  }

  /**
   * Sends a delivery again, with the same `webhook-id`.
   *
   * @throws {TypeError} when the id is unknown.
   */
  redeliver(id: string): DeliveryRecord {
    const delivery = withTypeErrors('Invalid delivery.', () => found(this.#store.deliveries.get(id), 'delivery', id));
    return this.#deliverer.put({ ...delivery, status: 'pending', due: this.#clock.now(), tries: 0 });
  }

  /**
   * Sends the deliveries of a webhook whose latest attempt failed again, each with the same `webhook-id`. Returns them.
   *
   * @throws {TypeError} when the id is unknown.
   */
  resendFailed(id: string): readonly DeliveryRecord[] {
    withTypeErrors('Invalid webhook.', () => this.#endpoint(id));
    const failed = this.deliveries.filter((delivery) => delivery.endpoint === id && hasFailed(delivery));
    return this.#store.transaction(() => failed.map((delivery) => this.redeliver(delivery.id)));
  }

  /** @internal Calls `listener` after each attempt. */
  subscribe(listener: (delivery: DeliveryRecord, attempt: Attempt, endpoint: EndpointRecord) => void): void {
    this.#deliverer.attempted.subscribe(listener);
  }

  /** Attempts all deliveries that are due, and waits for the responses. */
  flush(): Promise<void> {
    return this.#deliverer.flush();
  }

  #endpoint(id: string): EndpointRecord {
    return found(this.#store.endpoints.get(id), 'webhook', id);
  }

  #message(event: string, data: unknown): Message {
    const created_at = timestamp(this.#clock.now());
    const body = JSON.stringify({ event, data, timestamp: created_at });
    return { message: `msg_${randomSecret()}`, event, body, created_at };
  }

  #send({ id }: EndpointRecord, message: Message): DeliveryRecord {
    this.#evictOldest();
    return this.#deliverer.put({
      id: this.#store.nextId('del', this.#store.deliveries),
      ...message,
      endpoint: id,
      status: 'pending',
      due: this.#clock.now(),
      tries: 0,
      attempts: [],
    });
  }

  #evictOldest(): void {
    if (this.#store.deliveries.size <= keptDeliveries) return;
    const completed = this.deliveries.filter(({ status }) => status !== 'pending');
    for (const { id } of completed.slice(0, -keptDeliveries)) this.#store.deliveries.delete(id);
  }
}

/** The part of a delivery that all webhooks share. */
type Message = Pick<DeliveryRecord, 'message' | 'request' | 'event' | 'body' | 'created_at'>;

function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
}
