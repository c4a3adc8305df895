import * as z from 'zod/mini';
import { Failure } from '../http/failure.ts';
import { randomSecret } from '../utils/random.ts';
import { strictFields } from '../utils/schemas.ts';
import type { EndpointRecord } from '../storage/records.ts';
import type { AttemptOptions } from './attempt.ts';

/** A request that a forwarder is asked to make. */
export interface ForwardedRequest {
  /** Identifies the request for {@link Forwarding.answer}. */
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Request body, byte for byte. */
  readonly body: string;
}

/** What a forwarder is told: first its webhook, then each request. */
export type ForwardingEvent =
  | { readonly type: 'webhook'; readonly webhook: EndpointRecord }
  | { readonly type: 'request'; readonly request: ForwardedRequest };

const statusMessage = 'Must be a status from 200 to 599.';

/** The response that a forwarder got, or why it got none. */
export const forwardedResponseSchema = strictFields({
  status: z.optional(z.int(statusMessage).check(z.minimum(200, statusMessage), z.maximum(599, statusMessage))),
  headers: z.optional(z.record(z.string(), z.string(), 'Must be an object of strings.')),
  body: z.optional(z.string('Must be a string.')),
  error: z.optional(z.string('Must be a string.')),
}).check(
  z.refine(({ status, error }) => (status === undefined) !== (error === undefined), {
    path: ['status'],
    message: 'Must have either status or error.',
  }),
);

export type ForwardedResponse = z.infer<typeof forwardedResponseSchema>;

/** A client of the sandbox that makes the requests of a webhook. */
export interface Forwarder {
  forward(request: ForwardedRequest): void;
  /** Called when the sandbox ends the connection. */
  end(): void;
}

interface Pending {
  readonly endpoint: string;
  readonly resolve: (response: Response) => void;
  readonly reject: (reason: unknown) => void;
}

/** Statuses whose responses have no body. */
const bodiless = [204, 205, 304];

/**
 * Delivers webhooks through clients that are connected to the sandbox, such as `example-sandbox listen`. They may reach
 * receivers that the sandbox can't reach, for instance because it runs in a container.
 */
export class Forwarding {
  readonly #forwarders = new Map<string, Forwarder>();
  readonly #pending = new Map<string, Pending>();

  /** @throws {Failure} 409 when the webhook has a forwarder. */
  connect(endpoint: string, forwarder: Forwarder): void {
    if (this.#forwarders.has(endpoint)) {
      throw new Failure(409, 'already_forwarded', 'Another client forwards the deliveries of this webhook.');
    }
    this.#forwarders.set(endpoint, forwarder);
  }

  /**
   * Ends the connection to a webhook's forwarder. Requests without a response fail.
   *
   * @param only Ends it if this is the forwarder. Default: whichever it is.
   * @returns Whether the connection was ended.
   */
  disconnect(endpoint: string, only = this.#forwarders.get(endpoint)): boolean {
    if (only === undefined || this.#forwarders.get(endpoint) !== only) return false;
    this.#forwarders.delete(endpoint);
    for (const [id, pending] of this.#pending) {
      if (pending.endpoint === endpoint) this.#take(id)?.reject(new Error('The forwarder disconnected.'));
    }
    only.end();
    return true;
  }

  /** How to make the requests of a webhook that has a forwarder. */
  fetchFor(endpoint: string): AttemptOptions['fetch'] | undefined {
    const forwarder = this.#forwarders.get(endpoint);
    if (forwarder === undefined) return undefined;
    return (url, { headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const id = `fwd_${randomSecret()}`;
        this.#pending.set(id, { endpoint, resolve, reject });
        signal.addEventListener('abort', () => this.#take(id)?.reject(signal.reason), { once: true });
        forwarder.forward({ id, url, headers, body });
      });
  }

  /** Passes on a forwarder's response. Returns `false` if no request with this id waits for one. */
  answer(id: string, { status, headers = {}, body = '', error }: ForwardedResponse): boolean {
    const pending = this.#take(id);
    if (status === undefined) pending?.reject(new Error(error));
    else pending?.resolve(new Response(bodiless.includes(status) ? null : body, { status, headers }));
    return pending !== undefined;
  }

  /** Ends all connections. */
  clear(): void {
    for (const endpoint of this.#forwarders.keys()) this.disconnect(endpoint);
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
