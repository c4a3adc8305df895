import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { CallEvent } from '../telemetry/events.ts';
import { addTracer, type Tracer } from '../telemetry/tracing.ts';
import { callable } from '../utils/arguments.ts';
import { messageOf } from '../utils/user-code.ts';
import { VERSION } from '../utils/version.ts';
import { instruments } from './metrics.ts';

/**
 * Makes spans and metrics of the calls of a client, and of the clients that `withOptions` makes from it, by OpenTelemetry's
 * semantic conventions for HTTP. It uses the providers, the context manager and the propagator that your program has
 * registered with `@opentelemetry/api`. A client that is instrumented already stays as it is.
 *
 * - Each call is a span, whose parent is the span that is active where the call is made, however long the call waits.
 * - Each attempt is a child of it. The attempt's trace context is sent with its request.
 * - The wait for the rate limit is an event of the call's span.
 *
 * @returns The client.
 * @throws {InvalidRequestError} when `client` is not a `Client`.
 *
 * @example
 * const client = instrument(new Client());
 */
export function instrument<C extends object>(client: C): C {
  // The method has no public name, and the client may come from the other copy of the package.
  const traceable = client as Partial<Record<typeof addTracer, (tracer: Tracer) => void>> | null;
  callable('client', traceable?.[addTracer]).call(client, tracer);
  return client;
}

/** One object for all clients, so that instrumenting a client twice changes nothing. */
const tracer: Tracer = {
  async call(event, run) {
    const span = startSpan(event, SpanKind.INTERNAL, attributesOf(event));
    try {
      return await context.with(trace.setSpan(context.active(), span), run);
    } finally {
      end(span, event.status, event.error, event.outcome === 'aborted');
    }
  },

  async attempt(event, run) {
    const { attempt, url, headers } = event;
    const { hostname, port, protocol } = new URL(url);
    const server = { 'server.address': hostname, 'server.port': Number(port || (protocol === 'http:' ? 80 : 443)) };
    const attributes = { ...attributesOf(event), ...server };
    const resend = attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {};
    const span = startSpan(event, SpanKind.CLIENT, { ...attributes, ...resend, 'url.full': url });
    const active = trace.setSpan(context.active(), span);
    propagation.inject(active, headers);

    const { duration, activeRequests } = instruments();
    const start = performance.now();
    activeRequests.add(1, attributes);
    let abortion: unknown;
    try {
      return await context.with(active, run);
    } catch (reason) {
      // An attempt that failed says so in its event. It rejects only if the call was aborted.
      abortion = reason;
      throw reason;
    } finally {
      const outcome = end(span, event.status, event.error ?? abortion, abortion !== undefined);
      activeRequests.add(-1, attributes);
      duration.record((performance.now() - start) / 1000, { ...attributes, ...outcome });
    }
  },

  async wait({ delay, waiting }, run) {
    const span = trace.getActiveSpan();
    const start = Date.now();
    try {
      return await run();
    } finally {
      const delays = { 'rate_limit.expected_delay': delay, 'rate_limit.delay': Date.now() - start };
      span?.addEvent('rate_limit.wait', { ...delays, 'rate_limit.waiting': waiting }, start);
    }
  },
};

function attributesOf({ method, route }: CallEvent): Attributes {
  return { 'http.request.method': method, 'url.template': route };
}

function startSpan({ method, route }: CallEvent, kind: SpanKind, attributes: Attributes): Span {
  return trace.getTracer('@example/sdk', VERSION).startSpan(`${method} ${route}`, { kind, attributes });
}

/** Ends a span with what is known by then, and returns that. An abort is what the caller wants, and no error. */
function end(span: Span, status: number | undefined, error: unknown, isAborted: boolean): Attributes {
  const outcome: Attributes = {};
  if (status !== undefined) outcome['http.response.status_code'] = status;
  if (error !== undefined)
    outcome['error.type'] = status !== undefined && status >= 400 ? String(status) : nameOf(error);
  span.setAttributes(outcome);
  if (error !== undefined && !isAborted) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
  span.end();
  return outcome;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER';
}
