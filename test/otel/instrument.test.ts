import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { InvalidRequestError, type RequestOptions } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, replying, type Reply } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const spans = new InMemorySpanExporter();
let ids = 0;
const nextId = (length: number) => () => String(++ids).padStart(length, '0');
/** Counts instead of using random ids, because the tests fix `Math.random`. */
const idGenerator = { generateTraceId: nextId(32), generateSpanId: nextId(16) };

beforeEach(() => {
  useVirtualTime();
  fixJitter(0);
  spans.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const spanProcessors = [new SimpleSpanProcessor(spans)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ idGenerator, spanProcessors }));
  onTestFinished(() => {
    for (const api of [context, propagation, trace]) api.disable();
  });
});

const named = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name);
const kinds = (kind: SpanKind) => spans.getFinishedSpans().filter((span) => span.kind === kind);
const idOf = (span: ReadableSpan | Span | undefined) => span?.spanContext().spanId;

/** Runs the work within a span, as a user's operation. */
function within<T>(name: string, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('app').startActiveSpan(name, async (span) => work().finally(() => span.end()));
}

describe('instrument(client)', () => {
  it('creates a span per call below the active one, with a child per attempt, in which fetch runs', async () => {
    const active: unknown[] = [];
    const api = inProcessApi(() => {
      active.push(idOf(trace.getActiveSpan()));
      return api.requests.length === 1 ? errorResponse(500) : Response.json(user);
    });
    await settled(within('job', () => instrument(clientOf(api)).users.get('user_123')));

    const [job] = named('job');
    const [call] = kinds(SpanKind.INTERNAL).filter((span) => span !== job);
    const attempts = kinds(SpanKind.CLIENT);
    const target = { 'http.request.method': 'GET', 'url.template': '/users/{id}' };
    const server = { 'server.address': new URL(api.url).hostname, 'server.port': 443 };
    const common = { ...target, ...server, 'url.full': `${api.url}/users/user_123` };
    const success = { 'http.response.status_code': 200 };
    expect(call).toMatchObject({ name: 'GET /users/{id}', parentSpanContext: { spanId: idOf(job) } });
    expect(call?.instrumentationScope.schemaUrl).toBe('https://opentelemetry.io/schemas/1.37.0');
    expect(call?.attributes).toEqual({ ...target, ...success, 'example.call.waited': expect.any(Number) });
    for (const { name, parentSpanContext } of attempts)
      expect([name, parentSpanContext?.spanId]).toEqual(['GET /users/{id}', idOf(call)]);
    expect(attempts.map(({ attributes }) => attributes)).toEqual([
      { ...common, 'http.response.status_code': 500, 'error.type': '500' },
      { ...common, ...success, 'http.request.resend_count': 1 },
    ]);
    const { ERROR, UNSET } = SpanStatusCode;
    expect([call!, ...attempts].map(({ status }) => status.code)).toEqual([UNSET, ERROR, UNSET]);
    expect(api.requests.map(({ init }) => init.headers['traceparent']?.split('-')[2])).toEqual(attempts.map(idOf));
    expect(active).toEqual(attempts.map(idOf));
  });

  it.each<[what: string, type: string | undefined, Reply[], RequestOptions?]>([
    ['no answer', 'ConnectionError', ['no reason']],
    ['a timeout after an answer', 'TimeoutError', [503, 'no answer'], { maxRetries: 1, timeout: 100 }],
    ['an unusable body', 'ResponseValidationError', [() => new Response('<html>')]],
    // A description would repeat the attributes.
    ['an error status', '404', [404]],
    ['an abort, which is no error', undefined, ['no answer'], { signal: AbortSignal.abort() }],
  ])('says of a call with %s that its error is of type %s', async (_, type, replies, options) => {
    const client = instrument(clientOf(replying(...replies), { maxRetries: 0 }));
    const { message } = (await settled(rejection(client.users.get('user_123', options)))) as Error;
    const [call] = kinds(SpanKind.INTERNAL);
    expect(call?.attributes['error.type']).toBe(type);
    const error = { code: SpanStatusCode.ERROR, ...(type !== '404' && { message }) };
    expect(call?.status).toEqual(type === undefined ? { code: SpanStatusCode.UNSET } : error);
  });

  it('shows where requests go, without the values of secret parameters', async () => {
    const api = replying(200);
    const options = { params: { token: 'ordinary' }, query: { api_key: 'abcd', page: 2 } };
    await settled(instrument(clientOf(api)).request('POST', '/invites/{token}', options));
    // This also holds if the password is part of the base URL.
    const body = { password: 'test' };
    await settled(instrument(clientOf(api)).request('POST', '/invites/test', { body }));
    const urls = kinds(SpanKind.CLIENT).map(({ attributes }) => attributes['url.full']);
    const url = `${api.url}/invites/[redacted]`;
    expect(urls).toEqual([`${url}?api_key=[redacted]&page=2`, url]);
  });

  const fail = throwing(new Error('broken'));
  const processor = { onStart: fail, onEnd: fail, forceFlush: () => Promise.resolve(), shutdown: fail };
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const propagator = { inject: fail, extract: fail, fields: () => [] };
  const manager = { active: fail, with: fail, disable: () => undefined } as never;

  it.each<[string, { disable(): void }, () => unknown, attempts: number]>([
    ['propagator', propagation, () => propagation.setGlobalPropagator(propagator), 1],
    ['span processor', trace, () => trace.setGlobalTracerProvider(provider), 0],
    ['context manager', context, () => context.setGlobalContextManager(manager), 0],
  ])('fails no call, and ends its spans, if the %s throws', async (_, api, breakIt, attempts) => {
    api.disable();
    breakIt();
    const client = instrument(clientOf(replying(200)));
    expect(await settled(client.users.get('user_123'))).toEqual(user);
    expect([client.rateLimit?.remaining, kinds(SpanKind.CLIENT).length]).toEqual([99, attempts]);
  });

  it('records each wait once, below the active span, for clients from withOptions, too', async () => {
    const client = instrument(instrument(clientOf(replying(200), { rateLimit: { limit: 1 } })));
    const clients = [client, client.withOptions({ timeout: 1000 })];
    await settled(Promise.all(clients.map((each, job) => within(`job ${job}`, async () => each.users.get('user_1')))));

    const calls = kinds(SpanKind.INTERNAL).filter(({ attributes }) => 'example.call.waited' in attributes);
    expect(calls.map(({ attributes }) => attributes['example.call.waited'])).toEqual([0, 60_000]);
    const parents = calls.map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(parents).toEqual([0, 1].map((job) => idOf(named(`job ${job}`)[0])));
    const ofAttempts = kinds(SpanKind.CLIENT).map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(ofAttempts).toEqual(calls.map(idOf));
  });

  it('leaves the attempts to another instrumentation with attempts: false', async () => {
    const api = replying(() => within('fetch', () => Promise.resolve(Response.json(user))));
    await settled(instrument(clientOf(api), { attempts: false }).users.get('user_123'));

    const [call] = kinds(SpanKind.INTERNAL).filter(({ name }) => name === 'GET /users/{id}');
    expect(kinds(SpanKind.CLIENT)).toEqual([]);
    expect(named('fetch').map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([idOf(call)]);
    expect(() => instrument(clientOf(api), { attempt: false } as object)).toThrow(InvalidRequestError);
    expect(() => instrument({ apiToken: 'token' } as never)).toThrow('client must be a Client; got Object.');
  });
});
