import type { Sandbox } from '@example/sandbox';
import { expect } from 'vitest';
import { parseLines } from '../../src/utils/text-stream.ts';
import { bodyOf, call } from './calls.ts';

/** A client of the control API. `control('POST /users', { name: 'Ada' })` resolves to `[201, { … }]`. */
export function controlClient(sandbox: Sandbox) {
  return async (request: string, json?: unknown): Promise<[status: number, body: unknown]> => {
    const response = await send(sandbox, request, json);
    return [response.status, await bodyOf(response)];
  };
}

/** Reads the values of a stream of the control API. Returning from the loop disconnects. */
export async function* controlStream(sandbox: Sandbox, request: string, json?: unknown): AsyncGenerator {
  const response = await send(sandbox, request, json);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  yield* parseLines(response.body!);
}

function send(sandbox: Sandbox, request: string, json: unknown): Promise<Response> {
  const [method = '', target = ''] = request.split(' ');
  return call(sandbox, `${method} /__sandbox${target}`, { token: null, ...(json === undefined ? {} : { json }) });
}
