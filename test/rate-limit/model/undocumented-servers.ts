// Limits of other APIs, as their documentation describes them. The documented one does not apply here.
import { announcement } from './announcement.ts';
import { FixedWindow, type FixedWindowOptions } from './fixed-window.ts';
import { accepted, endpointOf, refused, type Reply, type Server, type ServerRequest } from './server.ts';

/** The times at which requests in progress will have been handled. */
export class Concurrency implements Server {
  readonly #limit: number;
  readonly #retryAfter: number | undefined;
  #ends: number[] = [];

  constructor(limit: number, retryAfter?: number) {
    this.#limit = limit;
    this.#retryAfter = retryAfter;
  }

  admits(_request: ServerRequest, now: number): boolean {
    this.#ends = this.#ends.filter((end) => end > now);
    return this.#ends.length < this.#limit;
  }

  receive(request: ServerRequest, now: number, work: number): Reply {
    if (!this.admits(request, now)) return refused(this.#retryAfter);
    this.#ends.push(now + work);
    return accepted;
  }
}

export interface BucketOptions {
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once after a pause. */
  readonly burst: number;
  /** Whether a refusal says when there will be room, in whole seconds. */
  readonly retryAfter?: boolean;
  /** The status of a refusal. Default: 429. */
  readonly status?: number;
  readonly headers?: (left: number, used: number) => Record<string, string>;
}

/**
 * A bucket that leaks: nginx's `limit_req` with `nodelay`, Stripe's and Shopify's buckets. GCRA accepts the same
 * requests, and keeps a time instead of a level.
 */
export class Bucket implements Server {
  readonly #options: BucketOptions;
  #level = 0;
  #levelAt = 0;

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  admits(_request: ServerRequest, now: number): boolean {
    const { rate, burst } = this.#options;
    this.#level = Math.max(0, this.#level - ((now - this.#levelAt) / 1000) * rate);
    this.#levelAt = now;
    return this.#level + 1 <= burst + 1e-9;
  }

  receive(request: ServerRequest, now: number): Reply {
    const { rate, burst, retryAfter, status = 429, headers } = this.#options;
    const isAccepted = this.admits(request, now);
    if (isAccepted) this.#level++;
    const announced = headers?.(Math.max(0, Math.floor(burst - this.#level)), Math.ceil(this.#level)) ?? {};
    if (isAccepted) return { status: 200, headers: announced };
    const room = Math.max(1, Math.ceil((this.#level + 1 - burst) / rate));
    return { ...refused(retryAfter ? room : undefined, announced), status };
  }
}

export interface PlainWindowOptions extends FixedWindowOptions {
  readonly retryAfter?: boolean;
  readonly headers?: (window: FixedWindow, now: number) => Record<string, string>;
}

/** Fixed windows with other headers than the documented ones, or none. */
export class PlainWindow implements Server {
  readonly #options: PlainWindowOptions;
  readonly #window: FixedWindow;

  constructor(options: PlainWindowOptions) {
    this.#options = options;
    this.#window = new FixedWindow(options);
  }

  admits(_request: ServerRequest, now: number): boolean {
    return this.#window.left(now) > 0;
  }

  receive(_request: ServerRequest, now: number): Reply {
    const isAccepted = this.#window.take(now);
    const headers = this.#options.headers?.(this.#window, now) ?? {};
    if (isAccepted) return { ...accepted, headers };
    const rest = Math.ceil((this.#window.end(now) - now) / 1000);
    return refused(this.#options.retryAfter ? rest : undefined, headers);
  }
}

/** So many requests in any period of this length. */
export class SlidingLog implements Server {
  readonly #limit: number;
  readonly #duration: number;
  readonly #epoch: number | undefined;
  #taken: number[] = [];

  /** @param epoch With it, the documented headers are sent, and `reset` is when the oldest request leaves the log. */
  constructor(limit: number, duration: number, epoch?: number) {
    this.#limit = limit;
    this.#duration = duration;
    this.#epoch = epoch;
  }

  admits(_request: ServerRequest, now: number): boolean {
    this.#taken = this.#taken.filter((at) => at > now - this.#duration);
    return this.#taken.length < this.#limit;
  }

  receive(request: ServerRequest, now: number): Reply {
    const isAccepted = this.admits(request, now);
    if (isAccepted) this.#taken.push(now);
    const headers =
      this.#epoch === undefined
        ? {}
        : announcement(
            this.#limit,
            this.#limit - this.#taken.length,
            this.#epoch + (this.#taken[0] ?? now) + this.#duration,
            'up',
          );
    return isAccepted ? { ...accepted, headers } : refused(undefined, headers);
  }
}

/** Two fixed windows, the last one weighted by how much of it a sliding window would still cover (Cloudflare). */
export class SlidingCounter implements Server {
  readonly #limit: number;
  readonly #duration: number;
  readonly #epoch: number;
  #window = 0;
  #current = 0;
  #last = 0;

  constructor(limit: number, duration: number, epoch: number) {
    this.#limit = limit;
    this.#duration = duration;
    this.#epoch = epoch;
  }

  admits(_request: ServerRequest, now: number): boolean {
    return this.#left(now) >= 1;
  }

  receive(_request: ServerRequest, now: number): Reply {
    const isAccepted = this.#left(now) >= 1;
    if (isAccepted) this.#current++;
    const end = (this.#window + 1) * this.#duration;
    const headers = announcement(this.#limit, Math.floor(this.#left(now)), this.#epoch + end, 'up');
    return isAccepted ? { ...accepted, headers } : refused(undefined, headers);
  }

  #left(now: number): number {
    const window = Math.floor(now / this.#duration);
    if (window > this.#window) {
      this.#last = window === this.#window + 1 ? this.#current : 0;
      this.#current = 0;
      this.#window = window;
    }
    const covered = 1 - (now - window * this.#duration) / this.#duration;
    return Math.max(0, this.#limit - this.#current - this.#last * covered);
  }
}

/** Each endpoint has a limit of its own. */
export class PerEndpoint implements Server {
  readonly #create: (endpoint: string) => Server;
  readonly #servers = new Map<string, Server>();

  constructor(create: (endpoint: string) => Server) {
    this.#create = create;
  }

  admits(request: ServerRequest, now: number): boolean {
    return this.#server(request).admits(request, now);
  }

  receive(request: ServerRequest, now: number, work: number): Reply {
    return this.#server(request).receive(request, now, work);
  }

  #server(request: ServerRequest): Server {
    const endpoint = endpointOf(request);
    const known = this.#servers.get(endpoint);
    if (known) return known;
    const server = this.#create(endpoint);
    this.#servers.set(endpoint, server);
    return server;
  }
}

/** All limits apply. The first one that refuses answers; otherwise, the headers of all are sent. */
export class AllOf implements Server {
  readonly #servers: readonly Server[];

  constructor(...servers: Server[]) {
    this.#servers = servers;
  }

  admits(request: ServerRequest, now: number): boolean {
    return this.#servers.every((server) => server.admits(request, now));
  }

  receive(request: ServerRequest, now: number, work: number): Reply {
    const refusing = this.#servers.find((server) => !server.admits(request, now));
    if (refusing) return refusing.receive(request, now, work);
    const replies = this.#servers.map((server) => server.receive(request, now, work));
    return { status: 200, headers: Object.assign({}, ...replies.map(({ headers }) => headers)) as Reply['headers'] };
  }
}

/** An outage: every request between two times is answered with 503. */
export class Outage implements Server {
  readonly #server: Server;
  readonly #from: number;
  readonly #until: number;

  constructor(server: Server, from: number, until: number) {
    this.#server = server;
    this.#from = from;
    this.#until = until;
  }

  admits(request: ServerRequest, now: number): boolean {
    return (now < this.#from || now >= this.#until) && this.#server.admits(request, now);
  }

  receive(request: ServerRequest, now: number, work: number): Reply {
    if (now < this.#from || now >= this.#until) return this.#server.receive(request, now, work);
    return { status: 503, headers: { 'retry-after': String(Math.ceil((this.#until - now) / 1000)) } };
  }
}
