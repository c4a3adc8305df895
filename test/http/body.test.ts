import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const post = async (body: unknown) => {
  const api = inProcessApi(() => Response.json({}));
  await clientOf(api).request('POST', '/teams', { body });
  return api.requests[0]?.init;
};

describe('the body of a request', () => {
  it('is the text that its own serialization gives, with every digit', async () => {
    // TypeScript does not know it yet.
    const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

    expect((await post({ id: rawJSON('12345678901234567890') }))?.body).toBe('{"id":12345678901234567890}');
    expect((await post({ toJSON: () => ({ amount: rawJSON('1.10') }) }))?.body).toBe('{"amount":1.10}');
  });

  it('may be of a class that names itself', async () => {
    class Team {
      readonly name = 'blue';
    }
    Object.defineProperty(Team.prototype, Symbol.toStringTag, { value: 'Team' });

    expect((await post(new Team()))?.body).toBe('{"name":"blue"}');
  });

  it('has the content type of JSON, unless the caller sets one', async () => {
    const api = inProcessApi(() => Response.json({}));
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    await clientOf(api).request('PATCH', '/teams', { body: {}, headers });

    expect((await post({}))?.headers['content-type']).toBe('application/json');
    expect(api.requests[0]?.init.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('is refused with the cause if its serialization fails', async () => {
    const cause = new Error('not loaded');
    const body = {
      toJSON: () => {
        throw cause;
      },
    };

    const error = await rejection(post(body));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).cause).toBe(cause);
  });

  it.each([
    ['a form', new FormData()],
    ['a map', new Map([['a', 1]])],
    ['a set', new Set([1])],
    ['parameters', new URLSearchParams('a=1')],
    ['a promise', Promise.resolve({})],
    ['a date', new Date(0)],
    ['bytes', new Uint8Array([1])],
    ['what has no JSON', { toJSON: () => undefined }],
  ])('is refused if it would lose its contents: %s', async (_, body) => {
    expect(await rejection(post(body))).toBeInstanceOf(InvalidRequestError);
  });
});
