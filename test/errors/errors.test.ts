import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as sdk from '@example/sdk';
import { APIError, CallError, ConnectionError, ExampleError, InvalidRequestError, NotFoundError } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';
import { clientOf, rejection } from '../support/http-server.ts';
import { errorResponse, replying } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };

const classOfStatus: readonly [status: number, name: keyof typeof sdk][] = [
  [400, 'BadRequestError'],
  [401, 'AuthenticationError'],
  [402, 'APIError'],
  [403, 'PermissionDeniedError'],
  [404, 'NotFoundError'],
  [409, 'ConflictError'],
  [422, 'UnprocessableEntityError'],
  [429, 'RateLimitError'],
  [499, 'APIError'],
  [500, 'InternalServerError'],
  [599, 'InternalServerError'],
];

it.each(classOfStatus)('the status %i is a %s, and of no other class', async (status, name) => {
  const error = (await rejection(clientOf(replying(status), { maxRetries: 0 }).users.get('user_123'))) as Error;
  expect([error.name, error.constructor]).toEqual([name, sdk[name]]);
  expect(error.message).toMatch(`Answered ${status}. (${status} GET /users/{id}`);
  for (const base of [APIError, CallError, ExampleError, Error]) expect(error).toBeInstanceOf(base);
  const others = [NotFoundError, sdk.InternalServerError, sdk.RateLimitError].filter((each) => each !== sdk[name]);
  for (const other of others) expect(error).not.toBeInstanceOf(other);
});

it('each status class is listed in `errorClasses` in src/http/response.ts', () => {
  const classes = Object.entries(sdk).filter(([, value]) => Object.getPrototypeOf(value) === APIError);
  const given = classOfStatus.map(([, name]) => name);
  expect(classes.map(([name]) => name).filter((name) => !given.some((each) => each === name))).toEqual([]);
});

describe('instanceof', () => {
  class MyNotFoundError extends NotFoundError {}
  const gone = { ...target, status: 404, message: 'Gone', headers: new Headers() };
  const classes = { ExampleError, CallError, NotFoundError, MyNotFoundError, ConnectionError };

  it.each<[what: string, value: unknown, is: string]>([
    ['a derived class', new MyNotFoundError(gone), 'ExampleError CallError NotFoundError MyNotFoundError'],
    ['its base class', new NotFoundError(gone), 'ExampleError CallError NotFoundError'],
    ['a timeout', new sdk.TimeoutError('late', target), 'ExampleError CallError ConnectionError'],
    ['a wait', new sdk.RateLimitWaitError('busy', target, 60), 'ExampleError CallError'],
    ['a mistake', new InvalidRequestError('wrong'), 'ExampleError'],
    ...[null, 'NotFoundError', {}, new Error('404')].map((value): [string, unknown, string] => ['others', value, '']),
  ])('of %s, %s: %s', (_, value, is) => {
    const all = Object.entries(classes).filter(([, each]) => value instanceof each);
    expect(all.map(([name]) => name).join(' ')).toBe(is);
  });
});

describe('an error is safe to log', () => {
  it('if it is about a response: toJSON omits headers, body and stack', async () => {
    const api = replying(() => errorResponse(404, { 'set-cookie': 'a=b' }));
    const error = (await rejection(clientOf(api).users.get('user_123'))) as APIError;

    const url = `${api.url}/users/user_123`;
    const message = `Answered 404. (404 GET /users/{id}, ${url})`;
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      ...{ name: 'NotFoundError', message, status: 404, code: 'code_404', details: {}, mayHaveTakenEffect: false },
      ...{ ...target, url },
    });
    expect(error.stack?.startsWith(`NotFoundError: ${message}\n`)).toBe(true);
  });

  it('if it is about a connection: its message and its cause say why it failed', async () => {
    const fetchFailed = new TypeError('fetch failed', { cause: new Error('other side closed') });
    const api = replying(() => Promise.reject(fetchFailed));
    const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));

    const url = `${api.url}/users/user_123`;
    const message = 'The request failed: other side closed (GET /users/{id})';
    const cause = { name: 'TypeError', message: 'fetch failed', cause: { message: 'other side closed' } };
    const ofKy = { message: `Request failed due to a network error: GET ${url}`, cause };
    expect(error).toMatchObject({ message, cause: ofKy });
    const shown = { name: 'ConnectionError', message, ...target, url, mayHaveTakenEffect: false };
    expect(JSON.parse(JSON.stringify(error))).toEqual(shown);
  });
});

const page = () => {
  const data = Array.from({ length: 100 }, (_, index) => ({ id: `proj_${index}` }));
  return Response.json({ data, meta: { current_page: 1, total_pages: 9, total_count: 900 } });
};

/** What a program awaits, and how it fails. */
const failures: Record<string, () => PromiseLike<unknown>> = {
  'a status': () => clientOf(replying(404)).users.get('user_123'),
  'asResponse()': () => clientOf(replying(404)).users.get('user_123').asResponse(),
  'withResponse()': () => clientOf(replying(404)).users.get('user_123').withResponse(),
  iteration: () => clientOf(replying(page, 403)).projects.list().toArray(),
  'the verification of a webhook': () => verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
};

it.each(Object.entries(failures))('the stack of an error shows the line of the caller after %s', async (_, failure) => {
  const caller = async () => {
    await failure();
  };
  const { stack } = (await settled(rejection(caller()))) as Error;
  expect(stack).toMatch(/^\w+Error: .+/);
  expect(stack).toMatch(/caller .*errors\.test\.ts:\d+:\d+/);
});

it("an error whose stack isn't a string keeps its class", async () => {
  const { prepareStackTrace } = Error;
  onTestFinished(() => void (Error.prepareStackTrace = prepareStackTrace));
  Error.prepareStackTrace = (_, sites) => sites;
  expect(await rejection(clientOf(replying(404)).users.get('user_123'))).toBeInstanceOf(NotFoundError);
});
