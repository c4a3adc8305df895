import { InvalidRequestError, type Client } from '@example/sdk';
import { expect } from 'vitest';
import { clientOf, rejection, user } from '../../support/http-server.ts';
import { inProcessApi } from '../../support/in-process-api.ts';

/** Values that a call refuses, and what its message contains. */
export type Refused = [
  message: string,
  values: unknown[],
  call: (client: Client, value: never) => PromiseLike<unknown>,
];

/** Expects that each of the values rejects the call before anything is sent. */
export async function expectRefused(...[message, values, call]: Refused): Promise<void> {
  const api = inProcessApi(() => Response.json(user));
  for (const value of values) {
    const error = await rejection(call(clientOf(api), value as never));
    expect(error, String(value)).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(message);
  }
  expect(api.requests).toHaveLength(0);
}
