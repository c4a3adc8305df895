import { Listeners } from '../utils/listeners.ts';
import { redact } from '../utils/redact.ts';
import { beginExchange, type Exchange, type RecordedRequest, type RequestState } from './recorded-request.ts';
import { type RequestFilter, requestMatcher } from './request-filter.ts';

/** Number of requests to keep. */
const maxRequests = 10_000;

/** Characters of headers and bodies to keep, so that large bodies don't fill the memory: fewer requests are kept then. */
const maxCharacters = 64_000_000;

interface Kept extends Exchange {
  characters: number;
}

/** The latest requests, and the subscribers to new ones. */
export class RequestLog {
  readonly #kept = new Map<string, Kept>();
  #characters = 0;
  /** Each request once it has ended. */
  readonly ended = new Listeners<[RecordedRequest]>();
  readonly #changed: () => void;

  /** @param changed Called when a request arrives, and when its record changes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** All recorded requests, oldest first. */
  get entries(): readonly RecordedRequest[] {
    return Array.from(this.#kept.values(), ({ record }) => record);
  }

  /** The request with this id, or `undefined`. */
  get(id: string): RecordedRequest | undefined {
    return this.#kept.get(id)?.record;
  }

  /** The requests that match, newest first. */
  matching(filter: RequestFilter): readonly RecordedRequest[] {
    return this.entries.filter(requestMatcher(filter)).toReversed();
  }

  /** Starts to record a request. */
  open(id: string, request: Request, receivedAt: number): Exchange {
    const exchange = { ...beginExchange(id, request, receivedAt), characters: 0 };
    this.#kept.set(id, exchange);
    this.#count(exchange, exchange.record.target.length + sizeOf(exchange.record.headers));
    this.#changed();
    return exchange;
  }

  recordBody(exchange: Exchange, body: string): void {
    exchange.texts.request = body;
    this.#count(this.#kept.get(exchange.record.id), body.length);
  }

  recordResponse({ record, texts }: Exchange, status: number, headers: Headers, body: string | undefined): void {
    record.status = status;
    texts.responseHeaders = redact.headers(headers);
    texts.response = body;
    this.#count(this.#kept.get(record.id), sizeOf(texts.responseHeaders) + (body?.length ?? 0));
  }

  /** Records how a request ended, and notifies the subscribers. A request ends once: with its client, or with its response. */
  close({ record }: Exchange, state: RequestState, duration: number): void {
    this.#changed();
    if (record.state !== 'pending') return;
    record.state = state;
    record.duration = duration;
    this.ended.emit(record);
  }

  clear(): void {
    this.#kept.clear();
    this.#characters = 0;
    this.#changed();
  }

  #count(kept: Kept | undefined, characters: number): void {
    // It may have been evicted while it was in flight.
    if (kept === undefined) return;
    kept.characters += characters;
    this.#characters += characters;
    for (const [id, oldest] of this.#kept) {
      if (this.#kept.size <= maxRequests && this.#characters <= maxCharacters) return;
      this.#kept.delete(id);
      this.#characters -= oldest.characters;
    }
  }
}

function sizeOf(headers: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const [name, value] of Object.entries(headers)) size += name.length + value.length;
  return size;
}
