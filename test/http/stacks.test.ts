import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { NotFoundError } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';
import { clientOf, rejection } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

const failing = () => clientOf(replying(404));
const page = () => {
  const data = Array.from({ length: 100 }, (_, index) => ({ id: `proj_${index}` }));
  return Response.json({ data, meta: { current_page: 1, total_pages: 9, total_count: 900 } });
};

/** What a program awaits, and what fails. */
const failures: Record<string, () => PromiseLike<unknown>> = {
  'a status': () => failing().users.get('user_123'),
  'asResponse()': () => failing().users.get('user_123').asResponse(),
  iteration: () => clientOf(replying(page, 403)).projects.list().toArray(),
  'the verification of a webhook': () => verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
};

it.each(Object.entries(failures))('the stack of an error shows the line of the caller after %s', async (_, failure) => {
  const caller = async () => {
    await failure();
  };
  const { stack } = (await settled(rejection(caller()))) as Error;
  expect(stack).toMatch(/^\w+Error: .+/);
  expect(stack).toMatch(/caller .*stacks\.test\.ts:\d+:\d+/);
});

it('it leaves an error what it is whose stack is no text', async () => {
  const { prepareStackTrace } = Error;
  onTestFinished(() => void (Error.prepareStackTrace = prepareStackTrace));
  Error.prepareStackTrace = (_, sites) => sites;
  expect(await rejection(failing().users.get('user_123'))).toBeInstanceOf(NotFoundError);
});
