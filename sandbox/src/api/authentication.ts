import type { MiddlewareHandler } from 'hono';
import { Failure } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import type { Env } from './request-context.ts';

const credentials = /^bearer +([\w.~+/-]+=*)$/i;

/** Accepts requests that carry a known API token. */
export function authentication({ tokens }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const header = context.req.header('Authorization');
    if (header === undefined) {
      throw unauthorized('Bearer', 'The API token is missing. Send it as Authorization: Bearer <token>.');
    }
    const token = credentials.exec(header)?.[1];
    const record = token === undefined ? undefined : tokens.find(token);
    if (record === undefined) {
      throw unauthorized('Bearer error="invalid_token"', 'The API token is unknown or revoked.');
    }
    context.set('token', record);
    context.get('exchange').record.token = record.id;
    await next();
  };
}

function unauthorized(challenge: string, message: string): Failure {
  return new Failure(401, 'unauthorized', message, { headers: { 'WWW-Authenticate': challenge } });
}
