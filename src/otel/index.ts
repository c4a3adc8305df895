/**
 * OpenTelemetry spans of the client.
 *
 * @module @example/sdk/otel
 */
import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { addTracer, type CallEvent, type Tracer } from '../telemetry/events.ts';
import { boolean, readOptions, throwInvalid } from '../utils/arguments.ts';
import { isError, messageOf } from '../utils/values.ts';
import { VERSION } from '../utils/version.ts';

/** The version of the semantic conventions for names and attributes. */
const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /**
   * Set it to `false` if another instrumentation, such as undici's, records each request. Its spans are then children
   * of the call's. Otherwise, each attempt has its own span. Default: `true`.
   */
  attempts?: boolean | undefined;
}

/**
 * Records spans for the calls of a client, and of the clients that `withOptions` makes from it. They follow
 * OpenTelemetry's semantic conventions for HTTP, and use the providers, the context manager and the propagator that
 * your program registers with `@opentelemetry/api`. Instrumenting a client twice changes nothing.
 *
 * - Each call is a span. Its parent is the span that is active where the call is made, however long the call waits.
 * - Each attempt is a child span. The request carries its trace context.
 * - A call's span says how many milliseconds the call waited: for the rate limit, before retries and for a token.
 *
 * @returns The client.
 * @throws {InvalidRequestError} when `client` is not a `Client`, or an option is wrong.
 *
 * @example
 * const client = instrument(new Client());
 */
export function instrument<C extends object>(client: C, options?: InstrumentOptions): C {
  const { attempts = true } = readOptions('options', options, ['attempts']);
  // The method is not public, and the client may come from the other module format.
  const traceable = client as Partial<Record<typeof addTracer, (tracer: Tracer) => void>> | null;
  const add = traceable?.[addTracer];
  if (!add) throwInvalid('a Client', 'client', client);
  add.call(client, boolean('attempts', attempts) ? tracer : callTracer);
  return client;
}

const tracer: Tracer = {
  async call(event, run) {
    const span = startSpan(event, SpanKind.INTERNAL, attributesOf(event));
    try {
      return await context.with(trace.setSpan(context.active(), span), run);
    } finally {
      if (event.waited !== undefined) span.setAttribute('example.call.waited', event.waited);
      end(span, event.status, event.outcome === 'aborted' ? undefined : event.error);
    }
  },

  async attempt(event, run) {
    const { attempt, url, headers, baseUrl } = event;
    const { hostname, port, protocol } = new URL(baseUrl);
    const server = { 'server.address': hostname, 'server.port': Number(port || (protocol === 'http:' ? 80 : 443)) };
    const resend = attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {};
    const attributes = { ...attributesOf(event), ...server, ...resend, 'url.full': url };
    const span = startSpan(event, SpanKind.CLIENT, attributes);
    const active = trace.setSpan(context.active(), span);
    try {
      propagation.inject(active, headers);
      return await context.with(active, run);
    } finally {
      // A failed attempt has its error in the event. `run` rejects only if the call was aborted, which is no error.
      end(span, event.status, event.error);
    }
  },
};

/** Leaves attempts to another instrumentation. */
const callTracer: Tracer = { ...tracer, attempt: (_, run) => run() };

function attributesOf({ method, route }: CallEvent): Attributes {
  return { 'http.request.method': method, 'url.template': route };
}

function startSpan({ method, route }: CallEvent, kind: SpanKind, attributes: Attributes): Span {
  return trace
    .getTracerProvider()
    .getTracer('@example/sdk', VERSION, { schemaUrl })
    .startSpan(`${method} ${route}`, { kind, attributes });
}

/** Ends a span with its outcome. */
function end(span: Span, status: number | undefined, error: unknown): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (error !== undefined) {
    // The status may be that of an earlier attempt.
    const isStatus = Number(status) >= 400 && isError(error) && 'status' in error && error.status === status;
    span.setAttribute('error.type', isStatus ? String(status) : isError(error) ? error.name : '_OTHER');
    // By the conventions, the description must not repeat the attributes.
    span.setStatus({ code: SpanStatusCode.ERROR, ...(!isStatus && { message: messageOf(error) }) });
  }
  span.end();
}
