import type { Sandbox } from '@example/sandbox';
import { expect } from 'vitest';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { call } from './calls.ts';
import { openapiValidator } from './validator.ts';

const validator = openapiValidator(controlOpenapi());

/** Routes and statuses that were exercised, such as `GET /users → 200`. */
export const exercised = new Set<string>();

/**
 * A client of the control API. It fails when a request that succeeds, or any response, is not as the OpenAPI document
 * says. `control('POST /users', { name: 'Ada' })` resolves to `[201, { … }]`.
 */
export function controlClient(sandbox: Sandbox) {
  return async (request: string, json?: unknown): Promise<[status: number, body: unknown]> => {
    const [method = '', target = ''] = request.split(' ');
    const response = await call(sandbox, `${method} /__sandbox${target}`, {
      token: null,
      ...(json === undefined ? {} : { json }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    const received: unknown = type?.startsWith('application/json') === true ? JSON.parse(text) : text;

    const { pathname, searchParams } = new URL(target, 'http://localhost');
    const { route, problems } = validator.validate({
      method,
      path: pathname,
      query: searchParams,
      sent: json,
      status: response.status,
      type,
      received,
    });
    expect(problems).toEqual([]);
    exercised.add(`${route} → ${response.status}`);
    return [response.status, received];
  };
}
