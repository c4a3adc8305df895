import type { MiddlewareHandler } from 'hono';
import type { Env } from './exchange.ts';
import { Failure } from './failure.ts';
import type { Services } from './services.ts';

const credentials = /^bearer +([\w.~+/-]+=*)$/i;

/** Lets a request pass if it comes with a token that the API knows. */
export function authentication({ tokens }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const header = context.req.header('Authorization');
    if (header === undefined) {
      throw unauthorized('Bearer', 'No API token. Send one as `Authorization: Bearer <token>`.');
    }
    const token = credentials.exec(header)?.[1];
    const record = token === undefined ? undefined : await tokens.find(token);
    if (record === undefined) {
      throw unauthorized('Bearer error="invalid_token"', 'The API token is unknown or has been revoked.');
    }
    context.set('token', record);
    context.get('entry').token = record.id;
    await next();
  };
}

function unauthorized(challenge: string, message: string): Failure {
  return new Failure(401, 'unauthorized', message, { headers: { 'WWW-Authenticate': challenge } });
}
