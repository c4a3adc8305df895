import { STATUS_CODES } from 'node:http';
import { APIError } from '@example/sdk';
import { clientOf, rejection } from './http-server.ts';
import { inProcessApi } from './in-process-api.ts';

const contentType = { 'content-type': 'application/json' };

/** The error of a call that is answered with this. A string is sent as it is, and anything else as JSON. */
export async function errorFor(
  status: number,
  body: unknown,
  headers: Record<string, string> = contentType,
): Promise<APIError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const api = inProcessApi(() => new Response(text, { status, statusText: STATUS_CODES[status] ?? '', headers }));
  const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));
  if (!(error instanceof APIError)) throw error;
  return error;
}
