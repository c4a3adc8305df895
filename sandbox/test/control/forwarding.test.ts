import { createSandbox } from '@example/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod/mini';
import { controlClient, controlStream } from '../support/control-client.ts';

const url = 'http://localhost:3000/webhooks';
const request = z.object({
  request: z.object({ id: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
});

function connected(params: object = { url }, sandbox = createSandbox({ webhooks: { schedule: [1000], jitter: 0 } })) {
  onTestFinished(() => sandbox.close());
  const stream = controlStream(sandbox, 'POST /forwarding', params);
  return {
    sandbox,
    control: controlClient(sandbox),
    stream,
    next: async () => (await stream.next()).value as unknown,
    nextRequest: async () => request.parse((await stream.next()).value).request,
  };
}

test('a forwarder registers a webhook, makes its requests and answers them', async () => {
  const { sandbox, control, next, nextRequest } = connected({ url, events: ['user.created'] });
  const [webhook] = [await next()];
  expect(webhook).toEqual({ type: 'webhook', webhook: sandbox.webhooks.endpoints[0] });

  sandbox.state.users.create({ name: 'Ada' });
  const { id, headers, body } = await nextRequest();
  expect(headers['webhook-signature']).toMatch(/^v1,/);
  expect(JSON.parse(body)).toMatchObject({ event: 'user.created', data: { name: 'Ada' } });

  const answer = { status: 503, headers: { 'retry-after': '7' }, body: 'busy' };
  expect(await control(`POST /forwarding/${id}`, answer)).toEqual([204, '']);
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.deliveries).toMatchObject([
    { status: 'pending', attempts: [{ status: 503, responseHeaders: { 'retry-after': '7' }, responseBody: 'busy' }] },
  ]);

  sandbox.clock.advance(7000);
  const again = await nextRequest();
  expect(again.headers['webhook-id']).toBe(headers['webhook-id']);
  await control(`POST /forwarding/${again.id}`, { status: 204 });
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'delivered' }]);
  expect(await control(`POST /forwarding/${again.id}`, { status: 204 })).toMatchObject([404, {}]);
});

test('while no forwarder is connected, deliveries wait; the next one gets them, with the same secret', async () => {
  const first = connected();
  const { sandbox } = first;
  await first.next();
  sandbox.webhooks.publish('a', {});
  await first.nextRequest();
  await first.stream.return(undefined);
  await sandbox.webhooks.flush();
  const [{ secret, disabled } = { secret: '', disabled: '' }] = sandbox.webhooks.endpoints;
  expect(disabled).toBe('The client that forwarded its deliveries disconnected.');
  expect(sandbox.webhooks.deliveries).toMatchObject([
    { status: 'pending', attempts: [{ error: 'The forwarder disconnected.' }] },
  ]);
  sandbox.webhooks.publish('b', {});

  const second = connected({ url, events: ['a', 'b'] }, sandbox);
  expect(await second.next()).toMatchObject({ webhook: { id: 'we_123', secret, events: ['a', 'b'] } });
  expect(sandbox.webhooks.endpoints[0]?.disabled).toBeUndefined();
  const bodies = [(await second.nextRequest()).body, (await second.nextRequest()).body];
  // The one that has failed comes after the one that was not attempted.
  expect(bodies.map((body) => (JSON.parse(body) as { event: string }).event)).toEqual(['b', 'a']);
});

test('a webhook has one forwarder', async () => {
  const { control, next } = connected();
  await next();
  expect(await control('POST /forwarding', { url })).toMatchObject([409, {}]);
});

test('a reset and the deletion of the webhook end the connection', async () => {
  const { sandbox, next, stream } = connected();
  await next();
  await sandbox.reset();
  expect(await stream.next()).toMatchObject({ done: true });

  const again = connected({ url }, sandbox);
  await again.next();
  sandbox.webhooks.remove('we_123');
  expect(await again.stream.next()).toMatchObject({ done: true });
  expect(sandbox.webhooks.endpoints).toEqual([]);
});

test.each([
  [{ status: 700 }, 'status'],
  [{ error: 'lost', status: 200 }, 'status'],
  [{}, 'status'],
  [{ status: 200, headers: { a: 1 } }, 'headers.a'],
])('the answer %j is refused', async (answer, field) => {
  const { control, next } = connected();
  await next();
  expect(await control('POST /forwarding/x', answer)).toMatchObject([
    422,
    { error: { details: { [field]: expect.stringMatching(/./) } } },
  ]);
});
