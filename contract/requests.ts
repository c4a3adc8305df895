import { Client } from '@example/sdk';
import * as z from 'zod/mini';
import type { Exchange } from './api.ts';
import { check, type Checks, count, fails, holds, newUser, unclear, unexpected } from './check.ts';
import { pageOf } from './lists.ts';

const userSchema = z.object({ id: z.string() });
const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.optional(z.record(z.string(), z.unknown())),
  }),
});

const idOf = ({ body }: Exchange): string | undefined => userSchema.safeParse(body).data?.id;
const codeOf = ({ body }: Exchange): string => errorSchema.safeParse(body).data?.error.code ?? 'none';
const isConflict = ({ status }: Exchange): boolean => status === 409 || status === 422;
const answered = (exchange: Exchange): string => `${exchange.status}, code ${codeOf(exchange)}`;

/** The largest body that the SDK reads by default, in bytes. */
const maxBody = 64 * 1024 * 1024;

export const requestChecks: Checks = {
  'idempotency-keys': check(['--write'], async ({ api }) => {
    const call = { body: newUser(), idempotencyKey: crypto.randomUUID() };
    const first = await api.send('POST', '/users', call);
    if (!first.ok) return unexpected(first);
    const second = await api.send('POST', '/users', call);
    const seen = `The second POST with a key: ${answered(second)}`;
    const isSame = second.ok && idOf(second) === idOf(first);
    if (isSame) return fails(`${seen}, with the user of the first.`, first, second);
    if (/idempot/i.test(codeOf(second))) return fails(`${seen}.`, first, second);
    return second.ok || isConflict(second) ? holds(`${seen}.`, first, second) : unexpected(second);
  }),
  'unique-emails': check(['--write'], async ({ api }) => {
    const body = newUser();
    const first = await api.send('POST', '/users', { body });
    if (!first.ok) return unexpected(first);
    const second = await api.send('POST', '/users', { body });
    if (second.ok) return fails('Two users have the same email address.', first, second);
    if (!isConflict(second)) return unexpected(second);
    return holds(`The second user was refused: ${answered(second)}.`, first, second);
  }),
  'refused-requests': check(['--write', '--exceed-limit'], async ({ api, findings }) => {
    if (findings.get('unique-emails')?.verdict !== 'holds')
      return unclear('Only unique email addresses tell whether the refused user exists.');
    // A new window may begin in the meantime.
    const isUsedUp = ({ status, headers }: Exchange) => status === 429 || headers.get('x-ratelimit-remaining') === '0';
    for (let sent = 0; sent < 300; sent++) if (isUsedUp(await api.sendAtOnce('/projects'))) break;
    // The SDK doesn't know about these requests, so it sends the POST, and sends it again after the refusal.
    const again = await api.send('POST', '/users', { body: newUser() });
    const refused = api.exchanges.at(-2);
    if (refused?.status !== 429 || refused.request !== again.request)
      return unclear('A POST beyond the limit was not refused.', again);
    if (again.ok) return holds('A refused POST had created no user.', refused, again);
    return isConflict(again) ? fails('A refused POST had created its user.', refused, again) : unexpected(again);
  }),
  'idempotent-methods': check(['--write'], async ({ api }) => {
    const body = newUser();
    const created = await api.send('POST', '/users', { body });
    const id = idOf(created);
    if (!created.ok || id === undefined) return unexpected(created);
    const path = `/users/${encodeURIComponent(id)}`;
    const tried = [];
    for (const method of ['PUT', 'DELETE'] as const) {
      const act = () => api.send(method, path, method === 'PUT' ? { body } : {});
      const look = () => api.send('GET', path);
      const first = await act();
      if ([404, 405, 501].includes(first.status)) continue;
      const [before, second, after] = [await look(), await act(), await look()];
      const isAccepted = second.ok || [404, 410].includes(second.status);
      if (!isAccepted || before.status !== after.status || state(before) !== state(after))
        return fails(`A second ${second.request} had another effect.`, created, first, before, second, after);
      tried.push(method);
    }
    if (tried.length === 0) return unclear('Users have neither PUT nor DELETE.', created);
    return holds(`A second ${tried.join(' and ')} changed nothing.`, created);
  }),
  'response-size': check([], async ({ api }) => {
    const page = await api.send('GET', '/projects', { query: { per_page: 100 } });
    const largest = api.exchanges.toSorted((a, b) => b.size - a.size)[0] ?? page;
    const seen = `The largest of ${api.exchanges.length} bodies has ${largest.size} bytes.`;
    return (largest.size > maxBody ? fails : holds)(seen, largest);
  }),
  'id-format': check([], async ({ api }) => {
    const page = await api.send('GET', '/projects', { query: { per_page: 100 } });
    const ids = pageOf(page).items.map(({ id }) => id);
    if (ids.length === 0) return unclear('There is no project, so there is no id.', page);
    // The client checks its arguments at runtime, whatever their type.
    const ask = (id: unknown) => echo.request('GET', '/users/{id}', { params: { id: id as string } }).catch(String);
    const errors = (await Promise.all(ids.map(ask))).map(String);
    const refused = errors.filter((error) => error.startsWith('InvalidRequestError'));
    const seen = `The SDK can send ${ids.length - refused.length} of ${count(ids.length, 'id')}.`;
    return refused.length > 0 ? fails(`${seen} ${refused[0]}`, page) : holds(seen, page);
  }),
  'error-format': check([], async ({ api }) => {
    const failed = [
      await api.send('GET', `/users/sdk-contract-test-${crypto.randomUUID()}`),
      await api.send('GET', '/projects', { query: { page: 0 } }),
      await api.sendAtOnce('/projects', { apiToken: 'sdk-contract-test' }),
    ].filter(({ status }) => status >= 400);
    if (failed.length === 0) return unclear('The API refused nothing that was wrong.');
    const other = failed.find(({ body }) => !errorSchema.safeParse(body).success);
    if (other) return fails(`${other.request} has another format (${other.status}).`, other);
    return holds(`Codes: ${failed.map((each) => `${each.status} ${codeOf(each)}`).join(', ')}.`, ...failed);
  }),
  'secret-fields': check(['--write'], async ({ api }) => {
    // There is no password, so that the API says what it needs.
    const { email } = newUser();
    const refused = await api.send('POST', '/users', { body: { email } });
    const fields = Object.keys(errorSchema.safeParse(refused.body).data?.error.details ?? {});
    if (refused.ok || fields.length === 0) return unclear('The API does not say which fields it needs.', refused);
    const secrets = fields.filter((field) => !['name', 'email'].includes(field));
    const body = Object.fromEntries(secrets.map((field) => [field, `value of ${field}`]));
    const error = await echo.request('POST', '/users', { body }).catch(String);
    const shown = secrets.filter((field) => String(error).includes(`value of ${field}`));
    return shown.length > 0
      ? fails(`POST /users asks for ${shown.join(', ')}, which the SDK doesn't redact.`, refused)
      : holds(`POST /users asks for ${fields.join(', ')}.`, refused);
  }),
};

export const rateLimitChecks: Checks = {
  'reset-unit': check([], async ({ api }) => {
    const exchange = await api.send('GET', '/projects', { query: { per_page: 1 } });
    const { 'x-ratelimit-reset': reset, date = '' } = Object.fromEntries(exchange.headers);
    if (reset === undefined) return unclear('There is no X-RateLimit-Reset.', exchange);
    const left = Number(reset) - (Date.parse(date) || Date.now()) / 1_000;
    // The SDK doesn't believe anything beyond two days either.
    return Math.abs(left) <= 2 * 86_400
      ? holds(`X-RateLimit-Reset: ${reset} is in ${Math.round(left)} s.`, exchange)
      : fails(`X-RateLimit-Reset: ${reset} is no time in epoch seconds.`, exchange);
  }),
  'other-limits': check([], async ({ api }) => {
    // The SDK sends this many at once before it knows a window.
    const reads = Array.from({ length: 10 }, () => api.send('GET', '/projects', { query: { per_page: 1 } }));
    await Promise.all(reads);
    const refused = api.exchanges.filter(({ status }) => status === 429);
    const others = refused.filter(({ headers }) => headers.get('x-ratelimit-remaining') !== '0');
    const seen = `Of ${count(api.exchanges.length, 'request')}, ${others.length} were refused while the window had room.`;
    return (others.length > 0 ? fails : holds)(seen, ...others);
  }),
};

/** The contents of a record, without the fields that say when it was changed. */
const state = ({ body }: Exchange): string =>
  JSON.stringify(body, (name, value: unknown) => (/^(updated|modified)_/.test(name) ? undefined : value));

/** A client whose API responds with an error that repeats the request body. */
const echo = new Client({
  apiToken: 'sdk-contract-test',
  baseUrl: 'https://api.example.com/v1',
  fetch: (_, { body = '' }) =>
    Promise.resolve(Response.json({ error: { code: 'echo', message: body } }, { status: 400 })),
  rateLimit: false,
  logLevel: 'off',
});
