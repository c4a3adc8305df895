import type { Context, MiddlewareHandler } from 'hono';
import { type Fault, faultHeader } from '../faults/fault.ts';
import { BrokenConnection } from '../http/broken-connection.ts';
import { Failure } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import { sleep } from '../utils/abort.ts';
import type { Env } from './middleware.ts';

/** Applies faults to the requests that match them. It runs after the rate limit, so a failed request counts. */
export function faultInjection(services: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { method, path, raw } = context.req;
    const fault = services.faults.take({
      method,
      path: path.replace(/^\/v1/, ''),
      header: context.req.header(faultHeader),
      // Requests without a token don't get here.
      token: context.get('token')?.id ?? '',
    });
    const latency = services.latency + (fault?.latency ?? 0);
    context.get('record').fault = fault;
    if (latency > 0) await sleep(latency, raw.signal).catch(() => Promise.reject(new BrokenConnection()));
    if (fault === undefined) return next();

    const instead = fault.status !== undefined || fault.reset === true;
    if (!instead || fault.after === true) await next();
    if (fault.status !== undefined) throw failure(fault.status, fault);
    if (fault.reset === true) {
      context.set('broken', 'reset');
      return context.body(null, 200);
    }
    if (fault.body !== undefined) context.res = await corrupted(fault.body, context);
    return undefined;
  };
}

const codes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid_request',
  429: 'rate_limit_exceeded',
  502: 'bad_gateway',
  503: 'service_unavailable',
  504: 'gateway_timeout',
};

function failure(status: number, { retryAfter = status === 429 ? 1 : undefined }: Fault): Failure {
  const code = codes[status] ?? (status < 500 ? 'invalid_request' : 'internal_error');
  return new Failure(status, code, 'This failure was requested by a fault.', {
    headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  });
}

async function corrupted(how: NonNullable<Fault['body']>, context: Context<Env>): Promise<Response> {
  const { res } = context;
  if (res.body === null) return res;
  if (how === 'cut') {
    context.set('broken', 'cut');
    return res;
  }
  const headers = new Headers(res.headers);
  if (how === 'html') headers.set('Content-Type', 'text/html; charset=utf-8');
  if (how === 'empty') headers.delete('Content-Type');
  const whole = await res.text();
  const bodies = {
    malformed: whole.slice(0, Math.floor(whole.length / 2)),
    html: '<!doctype html><title>Proxy</title><h1>Not what you asked for</h1>',
    empty: null,
  };
  return new Response(bodies[how], { status: res.status, headers });
}
