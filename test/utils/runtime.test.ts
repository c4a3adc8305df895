import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, type ClientOptions } from '@example/sdk';
import { apiToken, json, startServer, user } from '../support/http-server.ts';
import { replying } from '../support/in-process-api.ts';

beforeEach(() => {
  for (const name of ['API_TOKEN', 'BASE_URL', 'LOG']) vi.stubEnv(`EXAMPLE_${name}`, undefined);
});

const noToken = 'No API token: pass apiToken or set EXAMPLE_API_TOKEN.';
const url = 'https://b.test';
const forbidden = () => expect.fail('Requires env access');

describe('the environment', () => {
  it.each<[what: string, variables: Record<string, string>, ClientOptions, sent: string]>([
    ['has the token; the API is the public one', { API_TOKEN: ' t1 ' }, {}, 'https://api.example.com/v1/users/1 t1'],
    ['has the base URL', { API_TOKEN: 't1', BASE_URL: url }, {}, `${url}/users/1 t1`],
    ['is overridden', { API_TOKEN: 't1', BASE_URL: 'x' }, { apiToken: 't2', baseUrl: url }, `${url}/users/1 t2`],
  ])('%s', async (_, variables, options, sent) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(`EXAMPLE_${name}`, value);
    const { fetch, requests } = replying(200);
    await new Client({ ...options, fetch }).users.get('1');
    const [request] = requests;
    expect(`${request?.url} ${request?.init.headers['authorization']}`).toBe(sent.replace(' ', ' Bearer '));
  });

  it.each([
    [' DEBUG ', ['warn', 'debug']],
    ['loud', ['warn']], // an unknown level counts as warn
    ['error', []],
  ])('has the log level: %s', async (level, logged) => {
    const api = replying(() => Response.json({ ...user, name: null }));
    const spies = (['warn', 'debug'] as const).map((name) => vi.spyOn(console, name).mockReturnValue());
    vi.stubEnv('EXAMPLE_LOG', level);
    await new Client({ apiToken, baseUrl: api.url, fetch: api.fetch }).users.get('user_123');
    expect(['warn', 'debug'].filter((_, index) => spies[index]?.mock.calls.length)).toEqual(logged);
  });

  it.each([
    ['may have an empty token, which is none', { env: { EXAMPLE_API_TOKEN: '' } }],
    ['may not exist at all', undefined],
    ['may be forbidden to read, as in Deno', Object.defineProperty({}, 'env', { get: forbidden })],
  ])('%s: the error names what to set', (_, process) => {
    vi.stubGlobal('process', process);
    expect(() => new Client({ apiToken })).not.toThrow();
    expect(() => new Client()).toThrow(noToken);
  });
});

it.each([
  ['of a browser is its own', { userAgent: 'Mozilla/5.0 (Macintosh) Firefox/140.0' }, /^node$/], // from Node's fetch
  ['of a runtime without a navigator', undefined, /^example-sdk\/[\d.]+ unknown$/],
  ['of a runtime without a name', {}, /^example-sdk\/[\d.]+ unknown$/],
])('the User-Agent %s, which is refused unless visitors may see the token', async (_, navigator, userAgent) => {
  let sent: string | undefined;
  const server = await startServer(({ headers }, response) => {
    sent = headers['user-agent'];
    json(response, 200, user);
  });
  vi.stubGlobal('navigator', navigator);
  const options = { apiToken, baseUrl: server.url };
  if (userAgent.test('node')) expect(() => new Client(options)).toThrow('set dangerouslyAllowBrowser: true');
  await new Client({ ...options, dangerouslyAllowBrowser: true }).users.get('user_123');
  expect(sent).toMatch(userAgent);
});
