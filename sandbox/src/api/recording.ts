import type { HonoRequest, MiddlewareHandler } from 'hono';
import { BrokenConnection } from '../http/broken-connection.ts';
import { readBytes } from '../http/request-body.ts';
import { recordedResponse } from '../state/recorded-request.ts';
import type { Services } from '../state/services.ts';
import { randomSecret } from '../utils/random.ts';
import { redact } from '../utils/redact.ts';
import type { Env } from './middleware.ts';

const decoder = new TextDecoder();

/** Records each request and its response as the client sees it, and breaks the connection if a fault wants that. */
export function recording({ log, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { raw } = context.req;
    const begin = performance.now();
    const duration = () => performance.now() - begin;
    const record = log.open(`req_${randomSecret()}`, raw, clock.now());
    context.set('record', record);

    const onAbort = () => log.close(record, 'aborted', duration());
    raw.signal.addEventListener('abort', onAbort);
    try {
      record.body = await recordedBody(context.req);
      await next();
    } finally {
      raw.signal.removeEventListener('abort', onAbort);
    }

    const { status, headers } = context.res;
    const broken = context.get('broken');
    if (context.get('token') !== undefined) record.remaining = Number(headers.get('X-RateLimit-Remaining'));
    if (broken === 'reset') {
      log.close(record, broken, duration());
      throw new BrokenConnection();
    }
    const whole = context.res.body === null ? undefined : new Uint8Array(await context.res.arrayBuffer());
    const sent = broken === 'cut' ? whole?.subarray(0, Math.floor(whole.length / 2)) : whole;
    record.status = status;
    record.response = recordedResponse(headers, raw.method === 'HEAD' ? '' : decoder.decode(sent));
    log.close(record, broken ?? 'completed', duration());

    if (whole === undefined || sent === undefined) return;
    if (broken === 'cut') throw new BrokenConnection({ status, headers, sent, total: whole.length });
    // hono would merge the headers of both.
    context.res = undefined;
    context.res = new Response(whole, { status, headers });
  };
}

/** The body without its secrets; `undefined` if it is too large, or the client disconnected. */
async function recordedBody(request: HonoRequest): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const bytes = await readBytes(request).catch(() => undefined);
  return redact.body(decoder.decode(bytes));
}
