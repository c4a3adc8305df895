import { context, metrics, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer, type SentRequest } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const spans = new InMemorySpanExporter();
let ids = 0;
/** Not at random, because the tests fix `Math.random`. */
const idGenerator = {
  generateTraceId: () => String(++ids).padStart(32, '0'),
  generateSpanId: () => String(++ids).padStart(16, '0'),
};

beforeEach(() => {
  useVirtualTime();
  fixJitter(0);
  spans.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ idGenerator, spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  onTestFinished(() => {
    for (const api of [context, propagation, trace, metrics]) api.disable();
  });
});

const named = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name);
const kinds = (kind: SpanKind) => spans.getFinishedSpans().filter((span) => span.kind === kind);
const idOf = (span: ReadableSpan | Span | undefined) => span?.spanContext().spanId;
const traceOf = ({ init }: SentRequest) => init.headers['traceparent']?.split('-');

/** Reads metrics when it is asked to. */
class ReaderOnDemand extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Runs the work as a user's own operation. */
function within<T>(name: string, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('app').startActiveSpan(name, async (span) => work().finally(() => span.end()));
}

describe('instrument(client)', () => {
  it('makes a span of each call, below the active one, with a child for each attempt', async () => {
    const api = inProcessApi(() => (api.requests.length === 1 ? errorResponse(500) : Response.json(user)));
    const client = instrument(clientOf(api));

    await settled(within('job', () => client.users.get('user_123')));

    const [job] = named('job');
    const [call] = kinds(SpanKind.INTERNAL).filter((span) => span !== job);
    const attempts = kinds(SpanKind.CLIENT);
    const { hostname } = new URL(api.url);
    const common = {
      'http.request.method': 'GET',
      'url.template': '/users/{id}',
      'server.address': hostname,
      'server.port': 443,
      'url.full': `${api.url}/users/user_123`,
    };
    expect(call).toMatchObject({ name: 'GET /users/{id}', parentSpanContext: { spanId: idOf(job) } });
    expect(call?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.template': '/users/{id}',
      'http.response.status_code': 200,
      'example.call.waited': expect.any(Number),
    });
    expect(call?.status.code).toBe(SpanStatusCode.UNSET);
    expect(attempts.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
      ['GET /users/{id}', idOf(call)],
      ['GET /users/{id}', idOf(call)],
    ]);
    expect(attempts.map(({ attributes }) => attributes)).toEqual([
      { ...common, 'http.response.status_code': 500, 'error.type': '500' },
      { ...common, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
    ]);
    expect(attempts.map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
    expect(api.requests.map((request) => traceOf(request)?.[2])).toEqual(attempts.map(idOf));
  });

  it.each([
    ['no answer', 'ConnectionError', () => Promise.reject(new TypeError('fetch failed')), {}],
    ['a timeout', 'TimeoutError', noAnswer, { timeout: 100 }],
    ['an unusable body', 'ResponseValidationError', () => new Response('<html>'), {}],
  ])('marks a call with %s as an error of type %s', async (_, type, answer, options) => {
    const client = instrument(clientOf(inProcessApi(answer), { maxRetries: 0 }));

    const error = await settled(rejection(client.users.get('user_123', options)));

    const [call] = kinds(SpanKind.INTERNAL);
    expect(call?.attributes['error.type']).toBe(type);
    expect(call?.status).toEqual({ code: SpanStatusCode.ERROR, message: (error as Error).message });
  });

  it('marks a call with an error status as an error of that type, and leaves the description to the attributes', async () => {
    const client = instrument(clientOf(inProcessApi(() => errorResponse(404))));

    await settled(rejection(client.users.get('user_123')));

    const finished = spans.getFinishedSpans();
    expect(finished.map(({ status }) => status)).toEqual([
      { code: SpanStatusCode.ERROR },
      { code: SpanStatusCode.ERROR },
    ]);
    for (const { attributes } of finished) expect(attributes['error.type']).toBe('404');
  });

  it('follows a schema of the semantic conventions, and shows no value of a secret parameter', async () => {
    const api = inProcessApi(() => Response.json({}));
    const options = { params: { token: 'ordinary' }, query: { api_key: 'abcd', page: 2 } };

    await settled(instrument(clientOf(api)).request('GET', '/invites/{token}', options));

    const [attempt] = kinds(SpanKind.CLIENT);
    expect(attempt?.instrumentationScope.schemaUrl).toBe('https://opentelemetry.io/schemas/1.37.0');
    expect(attempt?.attributes['url.full']).toBe(`${api.url}/invites/[redacted]?api_key=[redacted]&page=2`);
    expect(api.requests[0]?.url).toBe(`${api.url}/invites/ordinary?api_key=abcd&page=2`);
  });

  it.each(['example', 'com', 'api-1'])(
    'takes the server from baseUrl, even if the password is a word of it: %s',
    async (password) => {
      const api = inProcessApi(() => Response.json(user));
      const client = instrument(clientOf(api));

      expect(await settled(client.users.create({ name: 'John', email: 'john@example.com', password }))).toEqual(user);

      expect(kinds(SpanKind.CLIENT)[0]?.attributes).toMatchObject({
        'server.address': new URL(api.url).hostname,
        'url.full': `${api.url}/users`,
      });
    },
  );

  it('fails no call if the propagator, a span processor or the context manager throws', async () => {
    const fail = throwing(new Error('broken'));
    const processor = {
      onStart: fail,
      onEnd: fail,
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const broken = [
      () => propagation.setGlobalPropagator({ inject: fail, extract: fail, fields: () => [] }),
      () => trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] })),
      () => context.setGlobalContextManager({ active: fail, with: fail, disable: () => undefined } as never),
    ];
    for (const api of [propagation, trace, context]) {
      api.disable();
      broken.shift()?.();
      const client = instrument(clientOf(inProcessApi(() => Response.json(user))));

      expect(await settled(client.users.get('user_123'))).toEqual(user);
      expect(client.rateLimit?.remaining).toBe(99);
    }
  });

  it('ends the span of an attempt whose propagator throws', async () => {
    propagation.disable();
    propagation.setGlobalPropagator({ inject: throwing(new Error('broken')), extract: (to) => to, fields: () => [] });
    await settled(instrument(clientOf(inProcessApi(() => Response.json(user)))).users.get('user_123'));
    expect(kinds(SpanKind.CLIENT)).toHaveLength(1);
  });

  it('does not mark a call as an error if its caller aborted it', async () => {
    const client = instrument(clientOf(inProcessApi(noAnswer)));

    const controller = new AbortController();
    const call = rejection(client.users.get('user_123', { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    await settled(call);

    for (const span of spans.getFinishedSpans()) {
      expect(span.status.code).toBe(SpanStatusCode.UNSET);
      expect(span.attributes).not.toHaveProperty('error.type');
    }
    expect(spans.getFinishedSpans()).toHaveLength(2);
  });

  it('says how long the call waited', async () => {
    const api = inProcessApi(() => Response.json(user));
    const client = instrument(clientOf(api, { rateLimit: { limit: 1 } }));

    await settled(client.users.get('user_1'));
    await settled(client.users.get('user_2'));

    const waits = kinds(SpanKind.INTERNAL).map(({ attributes }) => attributes['example.call.waited']);
    expect(waits).toEqual([0, 60_000]);
  });

  it('runs the request within the span of its attempt, so that what fetch does is below it', async () => {
    const active: (string | undefined)[] = [];
    const api = inProcessApi(async () => {
      active.push(idOf(trace.getActiveSpan()));
      await sleep(10);
      return errorResponse(503, { 'retry-after': '1' });
    });

    await settled(rejection(instrument(clientOf(api)).users.get('user_123')));

    expect(active).toEqual(kinds(SpanKind.CLIENT).map(idOf));
  });

  it('covers clients that withOptions makes, and changes nothing the second time', async () => {
    const client = instrument(instrument(clientOf(inProcessApi(() => Response.json(user)))));

    await settled(client.withOptions({ timeout: 1000 }).users.get('user_123'));

    expect(spans.getFinishedSpans()).toHaveLength(2);
  });

  it('leaves the attempts to another instrumentation with attempts: false', async () => {
    const api = inProcessApi(() => Promise.resolve(within('fetch', () => Promise.resolve(Response.json(user)))));
    const client = instrument(clientOf(api), { attempts: false });

    await settled(client.users.get('user_123'));

    const [call] = kinds(SpanKind.INTERNAL).filter(({ name }) => name === 'GET /users/{id}');
    expect(kinds(SpanKind.CLIENT)).toEqual([]);
    expect(named('fetch').map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([idOf(call)]);
    expect(() => instrument(clientOf(api), { attempt: false } as object)).toThrow(InvalidRequestError);
    expect(() => instrument({ apiToken: 'token' } as never)).toThrow('client must be a Client; got Object.');
  });

  it('changes nothing without an OpenTelemetry SDK', async () => {
    for (const api of [context, propagation, trace, metrics]) api.disable();
    const api = inProcessApi(() => Response.json(user));

    expect(await instrument(clientOf(api)).users.get('user_123')).toEqual(user);
    expect(api.requests[0]?.init.headers).not.toHaveProperty('traceparent');
  });

  it('records the duration of requests, and how many are active', async () => {
    const reader = new ReaderOnDemand();
    const api = inProcessApi(async ({ url }) => {
      await sleep(200);
      return url.endsWith('none') ? errorResponse(404) : Response.json(user);
    });
    const client = instrument(clientOf(api));
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

    await settled(client.users.get('user_123'));
    await settled(rejection(client.users.get('none')));
    const { resourceMetrics } = await reader.collect();

    const recorded = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const byName = Object.fromEntries(recorded.map((metric) => [metric.descriptor.name, metric.dataPoints]));
    expect(byName['http.client.request.duration']).toMatchObject([
      {
        attributes: { 'http.response.status_code': 200, 'url.template': '/users/{id}' },
        value: { count: 1, sum: 0.2 },
      },
      { attributes: { 'http.response.status_code': 404, 'error.type': '404' }, value: { count: 1, sum: 0.2 } },
    ]);
    expect(byName['http.client.active_requests']).toMatchObject([{ value: 0 }]);
  });
});

it('calls that wait in the queue, are retried and are requested ahead have the right parents, and so have their attempts', async () => {
  /** The span that was active in `fetch`, by the one that the request says. */
  const active = new Map<string | undefined, string | undefined>();
  const failed = new Set<string>();
  const api = inProcessApi(async (request) => {
    active.set(traceOf(request)?.[2], idOf(trace.getActiveSpan()));
    await sleep(20);
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.endsWith('0') && failed.size < failed.add(pathname).size) return errorResponse(500);
    if (pathname.includes('/users/')) return Response.json(user);
    const data = Number(searchParams.get('page')) > 3 ? [] : [{ id: request.url }];
    return Response.json({ data, meta: { total_count: 3 } });
  });
  const client = instrument(clientOf(api, { rateLimit: { limit: 10 } }));

  const gets = Array.from({ length: 40 }, (_, index) => `user_${index}`);
  const lists = ['list_1', 'list_2'];
  await settled(
    Promise.all([
      ...gets.map((name) => within<unknown>(name, () => client.users.get(name))),
      ...lists.map((name) =>
        within<unknown>(name, () => client.projects.list({ per_page: 1, status: name }, { prefetch: 3 }).toArray()),
      ),
    ]),
  );

  const finished = new Map(spans.getFinishedSpans().map((span) => [idOf(span), span]));
  const parentOf = (span?: ReadableSpan) => finished.get(span?.parentSpanContext?.spanId);
  const attempts = kinds(SpanKind.CLIENT);
  expect(attempts).toHaveLength(api.requests.length);
  expect(attempts.filter(({ attributes }) => attributes['http.request.resend_count'] === 1)).toHaveLength(4);
  const waits = kinds(SpanKind.INTERNAL).filter(({ attributes }) => Number(attributes['example.call.waited']) > 50_000);
  expect(waits.length).toBeGreaterThan(20);
  const owners = attempts.map(({ attributes }) => /(user|list)_\d+/.exec(String(attributes['url.full']))?.[0]);
  expect(attempts.map((attempt) => parentOf(parentOf(attempt))?.name)).toEqual(owners);
  expect(attempts.map((attempt) => active.get(idOf(attempt)))).toEqual(attempts.map(idOf));
});
