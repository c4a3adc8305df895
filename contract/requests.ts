import { randomUUID } from 'node:crypto';
import { Client } from '@example/sdk';
import * as z from 'zod/mini';
import { type Api, type Exchange, maxBody } from './api.ts';
import { type Check, count, fails, holds, newUser, unclear, unexpected } from './check.ts';
import { pageSchema } from './lists.ts';

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

export const requestChecks: readonly Check[] = [
  {
    id: 'idempotency-keys',
    needs: ['--write'],
    remedy: 'Set `apiSupportsIdempotencyKeys: true`, so that a POST with a key is retried.',
    run: async ({ api }) => {
      const parts = { body: newUser(), headers: { 'Idempotency-Key': randomUUID() } };
      const first = await api.send('POST', '/users', parts);
      if (!first.ok) return unexpected(first);
      const second = await api.send('POST', '/users', parts);
      if (second.ok && idOf(second) === idOf(first))
        return fails('The second POST with a key returned the user of the first.', first, second);
      if (/idempot/i.test(codeOf(second))) return fails(`The key was refused: ${answered(second)}.`, first, second);
      if (second.ok) return holds('The second POST with a key created a second user.', first, second);
      return isConflict(second)
        ? holds(`The second POST with a key was refused: ${answered(second)}.`, first, second)
        : unexpected(second);
    },
  },
  {
    id: 'unique-emails',
    needs: ['--write'],
    remedy:
      'In an import, look the user up before you send a row again (docs/tasks.md), or use keys that the API supports.',
    run: async ({ api }) => {
      const body = newUser();
      const first = await api.send('POST', '/users', { body });
      if (!first.ok) return unexpected(first);
      const second = await api.send('POST', '/users', { body });
      if (second.ok) return fails('Two users have the same email address.', first, second);
      return isConflict(second)
        ? holds(`The second user was refused: ${answered(second)}.`, first, second)
        : unexpected(second);
    },
  },
  {
    id: 'refused-requests',
    needs: ['--write', '--exceed-limit'],
    remedy: 'Set `maxRetries: 0` for calls that create something. The rule is in src/http/retry.ts.',
    run: async ({ api, findings }) => {
      if (findings.get('unique-emails')?.verdict !== 'holds')
        return unclear('Only unique email addresses tell whether the refused user exists.');
      const used = await useUpWindow(api);
      if (used === undefined) return unclear('The API announces no window that could be used up.');
      const body = newUser();
      const refused = await api.send('POST', '/users', { body, isUnpaced: true });
      if (refused.status !== 429) return unclear('A POST beyond the limit was not refused.', refused);
      await api.waitForNextWindow();
      const again = await api.send('POST', '/users', { body });
      if (again.ok) return holds('A refused POST had created no user.', refused, again);
      return isConflict(again) ? fails('A refused POST had created its user.', refused, again) : unexpected(again);
    },
  },
  {
    id: 'idempotent-methods',
    needs: ['--write'],
    remedy: 'Set `maxRetries: 0` for PUT and DELETE. The rule is in src/http/retry.ts.',
    run: async ({ api }) => {
      const user = newUser();
      const created = await api.send('POST', '/users', { body: user });
      const id = idOf(created);
      if (!created.ok || id === undefined) return unexpected(created);
      const path = `/users/${encodeURIComponent(id)}`;
      const put = await twice(
        () => api.send('PUT', path, { body: user }),
        () => api.send('GET', path),
      );
      const removed = await twice(
        () => api.send('DELETE', path),
        () => api.send('GET', path),
      );
      const tried = [put, removed].filter((each) => each !== undefined);
      const exchanges = [created, ...tried.flatMap((each) => each.exchanges)];
      const different = tried.find(({ isSame }) => !isSame);
      if (different) return fails(`A second ${different.exchanges[0]?.request} had another effect.`, ...exchanges);
      return tried.length === 0
        ? unclear('Users have neither PUT nor DELETE.', created)
        : holds(`A second ${tried.map((each) => each.method).join(' and ')} changed nothing.`, ...exchanges);
    },
  },
  {
    id: 'response-size',
    remedy: 'Raise `maxResponseSize`.',
    run: async ({ api }) => {
      await api.send('GET', '/projects?per_page=100');
      const largest = api.exchanges.toSorted((a, b) => b.size - a.size)[0];
      if (largest === undefined) return unclear('There was no response.');
      return largest.size > maxBody
        ? fails('A body has more than 64 MiB.', largest)
        : holds(`The largest of ${api.exchanges.length} bodies has ${largest.size} bytes.`, largest);
    },
  },
  {
    id: 'id-format',
    remedy: 'Change `encodeSegment` in src/http/call.ts.',
    run: async ({ api }) => {
      const page = await api.send('GET', '/projects?per_page=100');
      const ids = pageSchema.safeParse(page.body).data?.data.map((item) => item.id) ?? [];
      if (ids.length === 0) return unclear('There is no project, so there is no id.', page);
      const refused = (await Promise.all(ids.map(isRefusedId))).filter(Boolean).length;
      return refused > 0
        ? fails(`The SDK refuses ${refused} of ${count(ids.length, 'id')}.`, page)
        : holds(`The SDK can send each of ${count(ids.length, 'id')}.`, page);
    },
  },
  {
    id: 'error-format',
    remedy: 'Read the other format in src/http/response.ts.',
    run: async ({ api }) => {
      const failed = [
        await api.send('GET', `/users/sdk-contract-test-${randomUUID()}`),
        await api.send('GET', '/projects?page=0'),
        await api.send('GET', '/projects', { token: 'sdk-contract-test' }),
      ].filter(({ status }) => status >= 400);
      if (failed.length === 0) return unclear('The API refused nothing that was wrong.');
      const others = failed.filter(({ body }) => !errorSchema.safeParse(body).success);
      const other = others[0];
      if (other) return fails(`${other.request} has another format (${other.status}).`, ...others);
      return holds(`Codes: ${failed.map((each) => `${each.status} ${codeOf(each)}`).join(', ')}.`, ...failed);
    },
  },
  {
    id: 'secret-fields',
    needs: ['--write'],
    remedy: 'If the field is secret, add its name to `words` in src/telemetry/redaction.ts.',
    run: async ({ api }) => {
      // Without a password, so that the API says what it needs.
      const { email } = newUser();
      const refused = await api.send('POST', '/users', { body: { email } });
      const fields = Object.keys(errorSchema.safeParse(refused.body).data?.error.details ?? {});
      if (refused.ok || fields.length === 0) return unclear('The API does not say which fields it needs.', refused);
      const others = fields.filter((field) => !['name', 'email'].includes(field));
      const shown = (await Promise.all(others.map(async (field) => ((await isShown(field)) ? field : [])))).flat();
      return shown.length > 0
        ? fails(`POST /users asks for ${shown.join(', ')}, which the SDK doesn't redact.`, refused)
        : holds(`POST /users asks for ${fields.join(', ')}.`, refused);
    },
  },
];

/** Reads until nothing remains in the window. Resolves to `undefined` if the API doesn't say how many requests remain. */
async function useUpWindow(api: Api): Promise<Exchange | undefined> {
  // A window may begin meanwhile.
  for (let sent = 0; sent < 300; sent++) {
    const exchange = await api.send('GET', '/projects?per_page=1', { isUnpaced: true });
    if (exchange.headers.get('x-ratelimit-remaining') === '0' || exchange.status === 429) return exchange;
  }
  return undefined;
}

interface Twice {
  readonly method: string;
  readonly isSame: boolean;
  readonly exchanges: readonly Exchange[];
}

/** Does something twice, and compares what it leaves; `undefined` if the API doesn't have the method. */
async function twice(act: () => Promise<Exchange>, look: () => Promise<Exchange>): Promise<Twice | undefined> {
  const first = await act();
  if ([404, 405, 501].includes(first.status)) return undefined;
  const before = await look();
  const second = await act();
  const after = await look();
  const method = first.request.split(' ', 1)[0] ?? '';
  const isAccepted = second.ok || [404, 410].includes(second.status);
  const isSame = isAccepted && before.status === after.status && state(before) === state(after);
  return { method, isSame, exchanges: [first, before, second, after] };
}

/** What a record says, but when it was changed. */
const state = ({ body }: Exchange): string =>
  JSON.stringify(body, (name, value: unknown) => (/^(updated|modified)_/.test(name) ? undefined : value));

/** Calls a client of the SDK whose API answers with an error that repeats what was sent. Resolves to the error. */
async function errorOf(call: (client: Client) => PromiseLike<unknown>): Promise<unknown> {
  const client = new Client({
    apiToken: 'sdk-contract-test',
    baseUrl: 'https://api.example.com/v1',
    fetch: (_, { body }) =>
      Promise.resolve(Response.json({ error: { code: 'echo', message: body ?? '' } }, { status: 400 })),
    rateLimit: false,
    logLevel: 'off',
  });
  return call(client).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Whether the SDK sends no request with this id. */
async function isRefusedId(id: unknown): Promise<boolean> {
  if (typeof id !== 'string') return true;
  const error = await errorOf((client) => client.request('GET', '/users/{id}', { params: { id } }));
  return error instanceof Error && error.name === 'InvalidRequestError';
}

/** Whether an error of the SDK shows the value of a request's field. */
async function isShown(field: string): Promise<boolean> {
  const value = randomUUID();
  const error = await errorOf((client) => client.request('POST', '/users', { body: { [field]: value } }));
  return String(error).includes(value);
}
