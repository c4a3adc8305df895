import { throwToCaller, type RateLimitInfo, type ResponseValidationError } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';

/** The value of a call, together with its response. */
export interface WithResponse<T> {
  /** The value of the call. */
  readonly data: T;
  /** The response. Its body has been read. */
  readonly response: Response;
  /** The response's `X-Request-Id`. Quote it when you contact support. */
  readonly requestId: string | undefined;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
}

/** The value in the body of a success, or what is wrong with the body. */
export type Decoded<T> =
  { readonly value: T; readonly error?: undefined } | { readonly error: ResponseValidationError };

/** A successful exchange with the API. */
export interface Exchange<T> {
  readonly response: Response;
  /** The text of the body; absent if the caller wants to read the body. */
  readonly text?: string;
  /** Decodes the body; a promise if it has to be read first. */
  readonly decode: () => Decoded<T> | Promise<Decoded<T>>;
}

/**
 * The result of a call. Await it for the value, call {@link withResponse} for the headers as well, or call
 * {@link asResponse} for the response itself.
 *
 * The request is sent after the current synchronous code has run, so that {@link asResponse} can still claim the body.
 */
export class APIPromise<T> implements Promise<T> {
  /** The name of the class: `APIPromise`. */
  readonly [Symbol.toStringTag] = 'APIPromise';
  readonly #exchange: Promise<Exchange<T>>;
  #data: Promise<T> | undefined;
  #raw = false;

  /** @internal @param send Makes the call. With {@link isRaw}, it leaves the body to the caller. */
  constructor(send: (promise: APIPromise<T>) => Promise<Exchange<T>>) {
    this.#exchange = send(this);
  }

  /** @internal Whether only the response is wanted. Known once the current synchronous code has run. */
  get isRaw(): boolean {
    return this.#raw && !this.#data;
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

  /** Returns the value, the response, its request id, and the rate limit that it reported. */
  async withResponse(): Promise<WithResponse<T>> {
    const data = await this.#decoded();
    const { response } = await this.#exchange;
    const requestId = response.headers.get('x-request-id') ?? undefined;
    return { data, response, requestId, rateLimit: parseRateLimit(response.headers) };
  }

  /**
   * Returns the response, without reading or validating its body. Retries and errors are the same as for the value.
   * `timeout` covers the attempt up to the headers.
   */
  async asResponse(): Promise<Response> {
    this.#raw = true;
    const { response, text } = await this.#exchange.catch(throwToCaller);
    // The value was requested, too, so the body has been read.
    return text === undefined ? response : new Response(text || null, response);
  }

  #decoded(): Promise<T> {
    return (this.#data ??= this.#exchange.then(decodedValue, throwToCaller));
  }
}

function decodedValue<T>({ decode }: Exchange<T>): T | Promise<T> {
  const decoded = decode();
  return decoded instanceof Promise ? decoded.then(valueOf, throwToCaller) : valueOf(decoded);
}

function valueOf<T>(decoded: Decoded<T>): T {
  return decoded.error === undefined ? decoded.value : throwToCaller(decoded.error);
}
