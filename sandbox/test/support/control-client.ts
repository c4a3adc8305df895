import type { Sandbox } from '@example/sandbox';
import { expect } from 'vitest';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { call } from './calls.ts';
import { bodyOf, openapiValidator } from './validator.ts';

const validator = openapiValidator(controlOpenapi());

/** Routes and statuses that were exercised, such as `GET /users → 200`. */
export const exercised = new Set<string>();

/**
 * A client of the control API. It fails when a request that succeeds, or any response, is not as the OpenAPI document
 * says. `control('POST /users', { name: 'Ada' })` resolves to `[201, { … }]`.
 */
export function controlClient(sandbox: Sandbox) {
  return async (request: string, json?: unknown): Promise<[status: number, body: unknown]> => {
    const response = await send(sandbox, request, json);
    const received = await bodyOf(response);
    expectDocumented(request, json, response, received);
    return [response.status, received];
  };
}

/** Reads the values of a stream of the control API, each validated. Returning from the loop disconnects. */
export async function* controlStream(sandbox: Sandbox, request: string, json?: unknown): AsyncGenerator {
  const response = await send(sandbox, request, json);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.filter((some) => some !== '')) {
      const value: unknown = JSON.parse(line);
      expectDocumented(request, json, response, value);
      yield value;
    }
  }
}

function send(sandbox: Sandbox, request: string, json: unknown): Promise<Response> {
  const [method = '', target = ''] = request.split(' ');
  return call(sandbox, `${method} /__sandbox${target}`, { token: null, ...(json === undefined ? {} : { json }) });
}

function expectDocumented(request: string, sent: unknown, response: Response, received: unknown): void {
  const { route, problems } = validator.validate({ request, sent, response, received });
  expect(problems).toEqual([]);
  exercised.add(`${route} → ${response.status}`);
}
