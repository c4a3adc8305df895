import type { Sandbox } from '@example/sandbox';
import { bodyOf, call } from './calls.ts';

/** A client of the control API. `control('POST /users', { name: 'Ada' })` resolves to `[201, { … }]`. */
export function controlClient(sandbox: Sandbox) {
  return async (request: string, json?: unknown): Promise<[status: number, body: unknown]> => {
    const [method = '', target = ''] = request.split(' ');
    const body = json === undefined ? {} : { json };
    const response = await call(sandbox, `${method} /__sandbox${target}`, { token: null, ...body });
    return [response.status, await bodyOf(response)];
  };
}
