import { expect, it } from 'vitest';
import type { Client } from '@example/sdk';
import { clientOf, messageOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { expectRefused, type Refused } from './support/refused.ts';

it.each<Refused>([
  [
    'id must be a non-empty string',
    ['', '.', '..', 'a/b', '/', 'a\\b', 'a\u0000b', 'a\nb', 'a\u007fb', '\ud800', undefined, null, 7, {}],
    (client, id) => client.users.get(id),
  ],
  [
    'path must',
    [
      ...['//evil.example.com/teams', 'https://evil.example.com/teams', '/../admin', '/teams/%2E%2e/admin'],
      ...['/teams/..', '/teams?page=2', '/teams#a', '/teams\\a', '/te ams', undefined],
      // A URL would drop these characters, and then have two dots.
      ...['/..\u0001', '/teams/..\u0000', '/\u001f..', '/teams\u007f', '/..\t'],
    ],
    (client, path) => client.request('GET', path),
  ],
  [
    'params.id is missing: path has {id}.',
    [{}, { ID: 'team_1' }],
    (client, params) => client.request('GET', '/teams/{id}', { params }),
  ],
  // Which every object has.
  ['toString must be', [{}], (client, params) => client.request('GET', '/teams/{toString}', { params })],
  [
    // It may be a secret.
    'params.… is not used: path has no {…}.',
    [{ token_123: '1' }],
    (client, params) => client.request('GET', '/teams', { params }),
  ],
  [
    'query.status must be a string, a number, a boolean or a list of these',
    [null, {}, NaN, Infinity, 7n, new Date(), () => 'active'],
    (client, status) => client.projects.list({ status }),
  ],
])('what no URL can carry is refused before anything is sent: %s', expectRefused);

const id = "id must be a non-empty string without slashes or control characters, and not '.' or '..'";
const path = "path must be relative to baseUrl, such as '/users', without '..' or a query";
const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

it.each<[string, (client: Client) => unknown]>([
  [`${id}; got 'users/user_123'.`, ({ users }) => users.get('users/user_123')],
  [
    "path must be what follows baseUrl, such as '/users'; got 'https://api.example.com/v1/users'.",
    (client) => client.request('GET', 'https://api.example.com/v1/users'),
  ],
  [
    "path must be what follows baseUrl, such as '/users'; got 'https://…/v1/users/…?…'.",
    (client) => client.list(`https://me:${secret}@api.example.com/v1/users/${secret}?token=${secret}`),
  ],
  [`${path}; got 'users/user_123'.`, (client) => client.request('GET', 'users/user_123')],
  [
    "path must not have a query: pass it as { query: { status: … } }; got '/projects?…'.",
    (client) => client.request('GET', '/projects?status=active'),
  ],
  [
    "path must not have a query: pass it as { query: { …: … } }; got '/projects/…?…'.",
    (client) => client.list(`/projects/${secret}?${secret}`),
  ],
  [`${path}; got string.`, (client) => client.request('GET', `/projects#${secret}`)],
  ['params.id is not used: path has no {id}.', (client) => client.request('GET', '/:id', { params: { id: 'user_1' } })],
])('a mistake in a path has the message: %s', async (message, mistake) => {
  expect(await messageOf(() => mistake(clientOf(inProcessApi(() => Response.json(user)))))).toBe(message);
});
