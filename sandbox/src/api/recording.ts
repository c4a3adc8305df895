import type { HonoRequest, MiddlewareHandler } from 'hono';
import { BrokenConnection } from '../http/broken-connection.ts';
import { readBytes } from '../http/request-body.ts';
import type { Exchange } from '../state/recorded-request.ts';
import type { Services } from '../state/services.ts';
import { sleep } from '../utils/abort.ts';
import { randomSecret } from '../utils/random.ts';
import type { Env } from './middleware.ts';

/** How long a response that did not need the request's body waits for it, so that the log has it. In milliseconds. */
const maxBodyWait = 10;

const decoder = new TextDecoder();

/** Records each request and its response as the client sees it, and breaks the connection if a fault wants that. */
export function recording({ log, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { raw } = context.req;
    const begin = performance.now();
    const duration = () => performance.now() - begin;
    const exchange = log.open(`req_${randomSecret()}`, raw, clock.now());
    context.set('exchange', exchange);

    const onAbort = () => log.close(exchange, 'aborted', duration());
    raw.signal.addEventListener('abort', onAbort);
    const body = raw.method === 'GET' || raw.method === 'HEAD' ? undefined : recordBody(exchange, context.req);
    try {
      await next();
      if (body?.recorded === false) {
        await Promise.race([body.done, sleep(maxBodyWait, raw.signal).catch(() => undefined)]);
      }
    } finally {
      raw.signal.removeEventListener('abort', onAbort);
    }

    const { status, headers } = context.res;
    const broken = context.get('broken');
    if (context.get('token') !== undefined) exchange.record.remaining = Number(headers.get('X-RateLimit-Remaining'));
    if (broken === 'reset') {
      log.close(exchange, broken, duration());
      throw new BrokenConnection();
    }
    const whole = context.res.body === null ? undefined : new Uint8Array(await context.res.arrayBuffer());
    const sent = broken === 'cut' ? whole?.subarray(0, Math.floor(whole.length / 2)) : whole;
    log.recordResponse(exchange, status, headers, raw.method === 'HEAD' ? undefined : decoder.decode(sent));
    log.close(exchange, broken ?? 'completed', duration());

    if (whole === undefined || sent === undefined) return;
    if (broken === 'cut') throw new BrokenConnection({ status, headers, sent, total: whole.length });
    // hono would merge the headers of both.
    context.res = undefined;
    context.res = new Response(whole, { status, headers });
  };
}

function recordBody(exchange: Exchange, request: HonoRequest) {
  const body = { recorded: false, done: Promise.resolve() };
  body.done = readBytes(request)
    .then((bytes) => void (exchange.texts.request = decoder.decode(bytes)))
    // It is too large, or the client disconnected.
    .catch(() => undefined)
    .finally(() => (body.recorded = true));
  return body;
}
