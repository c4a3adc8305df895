import { announcement, type Rounding } from './announcement.ts';
import { FixedWindow, type FixedWindowOptions } from './fixed-window.ts';
import { accepted, refused, type Reply, type Server, type ServerRequest } from './server.ts';

export interface DocumentedOptions extends FixedWindowOptions {
  readonly reset?: Rounding;
  /** Whether a refusal says when the window ends. The reference documents no `Retry-After`. */
  readonly retryAfter?: boolean;
  /** A browser can't read headers that the API doesn't expose. */
  readonly hidesHeaders?: boolean;
  /** Paths that are always refused, whatever is left. */
  readonly locked?: RegExp;
  /** Seconds that such a refusal asks for. */
  readonly lockedRetryAfter?: number | undefined;
  /** Tokens that are answered with 401 from some time on. */
  readonly revoked?: Readonly<Record<string, number>>;
}

/** The server of the reference: 100 requests per minute for each token, announced in `X-RateLimit-*`. */
export class DocumentedServer implements Server {
  readonly #options: DocumentedOptions;
  readonly #epoch: number;
  readonly #windows = new Map<string, FixedWindow>();

  constructor(epoch: number, options: DocumentedOptions = {}) {
    this.#epoch = epoch;
    this.#options = options;
  }

  get mostInWindow(): number {
    return Math.max(0, ...[...this.#windows.values()].map((window) => window.mostArrived));
  }

  admits(request: ServerRequest, now: number): boolean {
    return !this.#isRevoked(request, now) && !this.#isLocked(request) && this.#window(request).left(now) > 0;
  }

  receive(request: ServerRequest, now: number): Reply {
    if (this.#isRevoked(request, now)) return { status: 401, headers: {} };
    const window = this.#window(request);
    const isLocked = this.#isLocked(request);
    const isAccepted = !isLocked && window.take(now);
    const end = window.end(now);
    const { hidesHeaders, reset, retryAfter, lockedRetryAfter } = this.#options;
    const headers = hidesHeaders ? {} : announcement(window.limit(now), window.left(now), this.#epoch + end, reset);
    if (isAccepted) return { ...accepted, headers };
    if (isLocked) return refused(lockedRetryAfter, headers);
    return refused(retryAfter ? Math.ceil((end - now) / 1000) : undefined, headers);
  }

  #window({ token }: ServerRequest): FixedWindow {
    const known = this.#windows.get(token);
    if (known) return known;
    const window = new FixedWindow(this.#options);
    this.#windows.set(token, window);
    return window;
  }

  #isLocked({ path }: ServerRequest): boolean {
    return this.#options.locked?.test(path) ?? false;
  }

  #isRevoked({ token }: ServerRequest, now: number): boolean {
    return now >= (this.#options.revoked?.[token] ?? Infinity);
  }
}
