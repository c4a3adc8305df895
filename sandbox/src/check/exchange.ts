/** A response, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body; `undefined` if it is not JSON. */
  readonly json: unknown;
}

/** A request, and how the server responded. */
export interface Exchange {
  readonly method: string;
  /** Path and query, below the base URL. */
  readonly path: string;
  /** Headers of the request, without the token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body of the request. */
  readonly sent: string | undefined;
  /** Whether the request had a token that the server accepts. */
  readonly authorized: boolean;
  /** `undefined` if no complete response arrived. */
  readonly answer: Answer | undefined;
  /** Why no complete response arrived. */
  readonly error: string | undefined;
  /** When the response arrived, in epoch milliseconds of this machine. */
  readonly at: number;
}

/** The status; 0 without a response. */
export function statusOf({ answer }: Exchange): number {
  return answer?.status ?? 0;
}

export function isSuccess(exchange: Exchange): boolean {
  const status = statusOf(exchange);
  return status >= 200 && status < 300;
}

export function isClientError(exchange: Exchange): boolean {
  const status = statusOf(exchange);
  return status >= 400 && status < 500;
}

/** A value in the JSON of the response; `undefined` if there is none. */
export function valueAt(exchange: Exchange, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), exchange.answer?.json);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A header that is a whole number; `undefined` otherwise. */
export function numberHeader({ answer }: Exchange, name: string): number | undefined {
  const text = answer?.headers.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The time on the server's clock when it responded, in epoch milliseconds. */
export function serverTime({ answer, at }: Exchange): number {
  const date = Date.parse(answer?.headers.get('Date') ?? '');
  return Number.isNaN(date) ? at : date;
}
