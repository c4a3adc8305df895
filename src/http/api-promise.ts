import { throwToCaller } from '../errors/example-error.ts';
import { InvalidRequestError, type RateLimitInfo } from '../errors/index.ts';
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

/** A successful exchange with the API. `value` is absent if the caller reads the body. */
export type Exchange<T> = { readonly response: Response; readonly value: T } | { readonly response: Response };

/**
 * The result of a call. Await it for the value, call {@link withResponse} for the headers as well, or call
 * {@link asResponse} for a response whose body you read yourself.
 *
 * The request is sent after the current synchronous code has run. Until then, {@link asResponse} can claim the body.
 */
export class APIPromise<T> extends Promise<T> {
  readonly #exchange: Promise<Exchange<T>>;
  #value: Promise<T> | undefined;
  /** Who reads the body: whoever asks first. */
  #reader: 'caller' | 'sdk' | undefined;

  /** @internal @param send Makes the call. It must {@link claimBody} before it reads the body. */
  constructor(send: (promise: APIPromise<T>) => Promise<Exchange<T>>) {
    // This promise itself never settles: `then` returns the value, and `await` calls `then`.
    super(() => undefined);
    this.#exchange = send(this);
  }

  /** @internal Makes derived promises plain ones. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The name of the class: `APIPromise`. */
  override get [Symbol.toStringTag](): 'APIPromise' {
    return 'APIPromise';
  }

  /** @internal Lets the SDK read the body, unless the caller has claimed it. Returns who reads it. */
  claimBody(): 'caller' | 'sdk' {
    return (this.#reader ??= 'sdk');
  }

  override then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#reader ??= 'sdk';
    this.#value ??= this.#exchange.then((exchange) => {
      if ('value' in exchange) return exchange.value;
      throw new InvalidRequestError(
        'asResponse() has the body. To get the value and the response, call withResponse().',
      );
    }, throwToCaller);
    return this.#value.then(onfulfilled, onrejected);
  }

  /** Returns the value, the response, its request id, and the rate limit that it reported. */
  async withResponse(): Promise<WithResponse<T>> {
    const data = await this;
    const { response } = await this.#exchange;
    const requestId = response.headers.get('x-request-id') ?? undefined;
    return { data, response, requestId, rateLimit: parseRateLimit(response.headers) };
  }

  /**
   * Returns the response without reading or validating its body. Retries and errors are the same as for the value.
   * `timeout` covers each attempt up to its headers. You read the body yourself, so the call has no value.
   *
   * @throws {InvalidRequestError} when the call was already awaited or sent, because its body has been read.
   */
  async asResponse(): Promise<Response> {
    this.#reader ??= 'caller';
    const { response } = await this.#exchange.catch(throwToCaller);
    if (this.#reader === 'caller') return response;
    throw new InvalidRequestError(
      'The body has been read: call asResponse() before you await the call, or withResponse().',
    );
  }
}
