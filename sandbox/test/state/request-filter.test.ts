import { beforeAll, describe, expect, test } from 'vitest';
import { parseRequestFilter } from '../../src/state/request-filter.ts';
import { RequestLog } from '../../src/state/request-log.ts';
import type { Exchange } from '../../src/state/recorded-request.ts';

const log = new RequestLog(() => undefined);

function record(id: string, request: string, progress: Partial<Exchange['record']>, responseHeaders = {}) {
  const [method = '', path = ''] = request.split(' ');
  const { record, texts } = log.open(id, new Request(`http://127.0.0.1${path}`, { method }), 0);
  Object.assign(record, progress);
  Object.assign(texts, { responseHeaders });
}

const ids = (query: Record<string, string>) =>
  log.page(parseRequestFilter(query), { limit: 10 }).requests.map(({ id }) => id);

beforeAll(() => {
  record('req_a1', 'GET /v1/projects?status=active', { state: 'completed', status: 200, token: 'tok_123' });
  record('req_a2', 'POST /v1/users', { state: 'completed', status: 422, token: 'tok_124' });
  const created = { state: 'completed', status: 201, token: 'tok_123' } as const;
  record('req_b3', 'POST /v1/users', created, { 'idempotent-replayed': 'true' });
  record('req_b4', 'GET /v1/users/user_1', { state: 'completed', status: 401 });
  record('req_b5', 'GET /v1/projects', { state: 'cut', status: 200, fault: { id: 'fault_1', body: 'cut', met: 1 } });
  record('req_b6', 'GET /v1/projects', {});
});

describe('requests are found by', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['nothing', {}, ['req_b6', 'req_b5', 'req_b4', 'req_b3', 'req_a2', 'req_a1']],
    [
      'empty parameters and others of the page',
      { status: '', page: '2' },
      ['req_b6', 'req_b5', 'req_b4', 'req_b3', 'req_a2', 'req_a1'],
    ],
    ['status', { status: '422' }, ['req_a2']],
    ['class of statuses', { status: '2xx' }, ['req_b5', 'req_b3', 'req_a1']],
    ['state', { status: 'pending' }, ['req_b6']],
    ['a broken connection', { status: 'cut' }, ['req_b5']],
    ['injected fault', { status: 'injected' }, ['req_b5']],
    ['replay', { status: 'replayed' }, ['req_b3']],
    ['method, in any case', { method: 'post' }, ['req_b3', 'req_a2']],
    ['part of the path', { path: 'USERS/' }, ['req_b4']],
    ['part of the query', { path: 'status=' }, ['req_a1']],
    ['token', { token: 'tok_123' }, ['req_b3', 'req_a1']],
    ['missing token', { token: 'none', path: 'user_1' }, ['req_b4']],
    ['part of the id', { id: 'req_a' }, ['req_a2', 'req_a1']],
    ['several at once', { method: 'POST', status: '4xx', token: 'tok_124' }, ['req_a2']],
  ])('%s', (_, query, expected) => {
    expect(ids(query)).toEqual(expected);
  });
});

test('an unknown status is refused with a list of what there is', () => {
  expect(() => parseRequestFilter({ status: 'fine' })).toThrow('The request has invalid fields: status.');
});
