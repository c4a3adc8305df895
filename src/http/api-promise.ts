import { InvalidRequestError, type RateLimitInfo } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';

/** A value together with the response it came in. */
export interface WithResponse<T> {
  /** The value of the call. */
  readonly data: T;
  /** The response, its body already read. */
  readonly response: Response;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
}

/** A successful exchange: the response, and what was read from it. */
export interface Exchange<T> {
  readonly response: Response;
  /** The body's text; absent where the caller wants to read it. */
  readonly text: string | undefined;
  /** The value in the text. */
  readonly decode: (text: string) => T;
}

/**
 * The result of a call. Await it for the value; ask {@link withResponse} for the headers as well, or
 * {@link asResponse} for the response itself.
 *
 * The request goes out by itself once the current code has run, so that by then it is known who reads the body.
 */
export class APIPromise<T> implements Promise<T> {
  /** What it calls itself: `APIPromise`. */
  readonly [Symbol.toStringTag] = 'APIPromise';
  readonly #exchange: Promise<Exchange<T>>;
  #data: Promise<T> | undefined;
  #raw = false;

  /** @internal @param send Makes the call; `raw` leaves the body for the caller to read. */
  constructor(send: (raw: boolean) => Promise<Exchange<T>>) {
    this.#exchange = Promise.resolve().then(() => send(this.#raw && !this.#data));
  }

  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#decoded().then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#decoded().catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.#decoded().finally(onfinally);
  }

  /** The value, the response it came in, and what that said of the rate limit. */
  async withResponse(): Promise<WithResponse<T>> {
    const data = await this.#decoded();
    const { response } = await this.#exchange;
    return { data, response, rateLimit: parseRateLimit(response.headers) };
  }

  /**
   * The response itself, with its body unread and not validated. Retries and errors are as for the value. `timeout`
   * covers it up to the headers.
   */
  async asResponse(): Promise<Response> {
    this.#raw = true;
    const { response, text } = await this.#exchange;
    // Somebody has asked for the value too, and it has been read.
    return text === undefined ? response : new Response(text || null, response);
  }

  #decoded(): Promise<T> {
    return (this.#data ??= this.#exchange.then(async ({ response, text, decode }) => {
      if (text === undefined && response.bodyUsed) {
        throw new InvalidRequestError(
          'The body was read from asResponse() already; await the call first to have both.',
        );
      }
      return decode(text ?? (await response.clone().text()));
    }));
  }
}
