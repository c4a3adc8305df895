import { Listeners } from '../utils/listeners.ts';
import { beginRecording, type RecordedRequest, type Recording, type RequestState } from './recorded-request.ts';
import { type RequestFilter, requestMatcher } from './request-filter.ts';

/** Number of requests to keep. */
const maxRequests = 10_000;

/** The latest requests, and the subscribers to new ones. */
export class RequestLog {
  readonly #records = new Map<string, RecordedRequest>();
  /** Each request once it has ended. */
  readonly ended = new Listeners<[RecordedRequest]>();
  readonly #changed: () => void;

  /** @param changed Called when a request arrives, and when its record changes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** All recorded requests, oldest first. */
  get entries(): readonly RecordedRequest[] {
    return [...this.#records.values()];
  }

  /** The request with this id, or `undefined`. */
  get(id: string): RecordedRequest | undefined {
    return this.#records.get(id);
  }

  /** The requests that match, newest first. */
  matching(filter: RequestFilter): readonly RecordedRequest[] {
    return this.entries.filter(requestMatcher(filter)).toReversed();
  }

  /** Starts to record a request. */
  open(id: string, request: Request, receivedAt: number): Recording {
    const record = beginRecording(id, request, receivedAt);
    this.#records.set(id, record);
    const [oldest = ''] = this.#records.keys();
    if (this.#records.size > maxRequests) this.#records.delete(oldest);
    this.#changed();
    return record;
  }

  /** Records how a request ended, and notifies the subscribers. It ends once: with its client, or its response. */
  close(record: Recording, state: RequestState, duration: number): void {
    this.#changed();
    if (record.state !== 'pending') return;
    record.state = state;
    record.duration = duration;
    this.ended.emit(record);
  }

  clear(): void {
    this.#records.clear();
    this.#changed();
  }
}
