import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { NotFoundError } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { replying } from '../support/replies.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

const failing = () => clientOf(replying(404));
const usedUp = () => Response.json(user, { headers: budget(1, 0, Math.ceil((Date.now() + 60_000) / 1000)) });
const page = () => {
  const data = Array.from({ length: 100 }, (_, index) => ({ id: `proj_${index}` }));
  return Response.json({ data, meta: { current_page: 1, total_pages: 9, total_count: 900 } });
};
const secondPageFails = () => clientOf(replying(page, 403)).projects.list();

/** What a program awaits, and what fails. */
const failures: Record<string, () => PromiseLike<unknown>> = {
  'a status': () => failing().users.get('user_123'),
  'the timeout of an attempt': () => clientOf(replying('no answer'), { maxRetries: 0 }).users.get('user_123'),
  'the queue': async () => {
    const { users } = clientOf(replying(usedUp), { rateLimit: { maxWait: 0 } });
    for (const id of ['1', '2']) await users.get(id);
  },
  'a token function': () => clientOf(replying(200), { apiToken: () => Promise.reject(new Error('no')) }).users.get('1'),
  validation: () => clientOf(replying(() => new Response('<html>'))).users.get('user_123'),
  'a body that is read later': async () => {
    const call = clientOf(replying(200)).users.get('user_123');
    await call.asResponse();
    await call;
  },
  iteration: async () => {
    for await (const project of secondPageFails()) expect(project.id).toMatch(/proj_/);
  },
  'toArray()': () => secondPageFails().toArray(),
  'wrong options': () => failing().users.create(newUser, { timeout: -1 }),
  'withResponse()': () => failing().users.get('user_123').withResponse(),
  'asResponse()': () => failing().users.get('user_123').asResponse(),
  'the verification of a webhook': () => verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
};

describe('the stack of an error shows the line of the caller', () => {
  beforeEach(useVirtualTime);

  it.each(Object.entries(failures))('after %s', async (_, failure) => {
    const caller = async () => {
      await failure();
    };
    const { stack } = (await settled(rejection(caller()))) as Error;
    expect(stack).toMatch(/^\w+Error: .+/);
    expect(stack).toMatch(/caller .*stacks\.test\.ts:\d+:\d+/);
  });

  it('once, however often the error is thrown on', async () => {
    const call = failing().users.get('user_123');
    const caller = async () => call;
    const [first, second] = await Promise.all([rejection(caller()), rejection(caller())]);
    expect(second).toBe(first);
    const lines = (first as Error).stack?.split('\n') ?? [];
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('unless it is no text, which leaves the error what it is', async () => {
    const { prepareStackTrace } = Error;
    onTestFinished(() => void (Error.prepareStackTrace = prepareStackTrace));
    Error.prepareStackTrace = (_, sites) => sites;
    expect(await rejection(failing().users.get('user_123'))).toBeInstanceOf(NotFoundError);
  });
});
