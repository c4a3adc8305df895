import type { WebhookHeaders } from './headers.ts';
import type { WebhookBody } from './raw-body.ts';

/** A request that may be a webhook. An adapter is what makes one of a server's request, and a response of the answer. */
export interface Delivery {
  readonly method: string | undefined;
  readonly headers: WebhookHeaders;
  /** The body as received, or `undefined` as soon as it turns out to be longer than that. */
  readonly readBody: (maxBytes: number) => Promise<WebhookBody | undefined>;
}

/** What to answer the sender. There is no body: what went wrong is nobody's business but yours. */
export interface WebhookAnswer {
  /** HTTP status code. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}
