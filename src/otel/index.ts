/**
 * OpenTelemetry spans and metrics of the client.
 *
 * @module @example/sdk/otel
 */
import {
  context,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Histogram,
  type MeterProvider,
  type Span,
  type UpDownCounter,
} from '@opentelemetry/api';
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
   * of the call's. Otherwise, each attempt has its own span, and is counted in the metrics. Default: `true`.
   */
  attempts?: boolean | undefined;
}

/**
 * Records spans and metrics for the calls of a client, and of the clients that `withOptions` makes from it. They follow
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
    const attributes = { ...attributesOf(event), ...server };
    const resend = attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {};
    const span = startSpan(event, SpanKind.CLIENT, { ...attributes, ...resend, 'url.full': url });
    const active = trace.setSpan(context.active(), span);
    const { duration, activeRequests } = instruments();
    const start = performance.now();
    activeRequests.add(1, attributes);
    try {
      propagation.inject(active, headers);
      return await context.with(active, run);
    } finally {
      // A failed attempt has its error in the event. `run` rejects only if the call was aborted, which is no error.
      const outcome = end(span, event.status, event.error);
      activeRequests.add(-1, attributes);
      duration.record((performance.now() - start) / 1000, { ...attributes, ...outcome });
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

/** Ends a span with its outcome, and returns the outcome's attributes. */
function end(span: Span, status: number | undefined, error: unknown): Attributes {
  const outcome: Attributes = {};
  if (status !== undefined) outcome['http.response.status_code'] = status;
  if (error !== undefined) {
    // The status may be that of an earlier attempt.
    const isStatus = Number(status) >= 400 && isError(error) && 'status' in error && error.status === status;
    outcome['error.type'] = isStatus ? String(status) : isError(error) ? error.name : '_OTHER';
    // By the conventions, the description must not repeat the attributes.
    span.setStatus({ code: SpanStatusCode.ERROR, ...(!isStatus && { message: messageOf(error) }) });
  }
  span.setAttributes(outcome);
  span.end();
  return outcome;
}

/** The metrics of the semantic conventions for HTTP clients. */
interface Instruments {
  readonly duration: Histogram;
  readonly activeRequests: UpDownCounter;
}

/** The buckets that the conventions recommend for durations, in seconds. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

let provider: MeterProvider | undefined;
let current: Instruments | undefined;

/** Returns the current provider's instruments. A program may register a provider after it has created its clients. */
function instruments(): Instruments {
  if (current === undefined || provider !== metrics.getMeterProvider()) {
    provider = metrics.getMeterProvider();
    const meter = provider.getMeter('@example/sdk', VERSION, { schemaUrl });
    current = {
      duration: meter.createHistogram('http.client.request.duration', {
        description: 'Duration of HTTP client requests.',
        unit: 's',
        advice: { explicitBucketBoundaries: boundaries },
      }),
      activeRequests: meter.createUpDownCounter('http.client.active_requests', {
        description: 'Number of active HTTP requests.',
        unit: '{request}',
      }),
    };
  }
  return current;
}
