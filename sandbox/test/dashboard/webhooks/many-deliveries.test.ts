import { createSandbox, type Sandbox } from '@example/sandbox';
import { afterEach, expect, test, vi } from 'vitest';
import { Collection } from '../../../src/storage/collection.ts';
import { call } from '../../support/calls.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A sandbox whose webhooks are down, with a number of pending deliveries each. */
async function sandboxWith({ webhooks, pending }: { webhooks: number; pending: number }): Promise<Sandbox> {
  const endpoints = Array.from({ length: webhooks }, (_, index) => ({ url: `https://app.example.com/${index}` }));
  const down = () => Promise.resolve(new Response(null, { status: 503 }));
  const sandbox = createSandbox({ webhooks: { endpoints, schedule: [3_600_000], fetch: down } });
  for (let index = 0; index < pending; index += 1) sandbox.webhooks.publish('user.created', {});
  await sandbox.webhooks.flush();
  return sandbox;
}

/** Notes whose fields are read, from now on. */
function readDeliveries(): Set<string> {
  const read = new Set<string>();
  const put = Collection.prototype.put;
  vi.spyOn(Collection.prototype, 'put').mockImplementation(function (
    this: Collection<{ id: string }>,
    record: { id: string },
  ) {
    const get = (target: typeof record, name: string | symbol): unknown => {
      read.add(target.id);
      return Reflect.get(target, name);
    };
    put.call(this, record.id.startsWith('del_') ? new Proxy(record, { get }) : record);
  });
  return read;
}

test('a page reads no delivery but those that it shows, and those of the webhook that it is about', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] }); // no attempt is made meanwhile
  const read = readDeliveries();
  const sandbox = await sandboxWith({ webhooks: 50, pending: 40 });
  expect(sandbox.webhooks.deliveries).toHaveLength(2_000);

  for (const [path, deliveries] of [
    ['/dashboard', 250], // five of each webhook
    ['/dashboard/requests', 0],
    ['/dashboard/api-tokens', 0],
    ['/dashboard/users', 0],
    ['/dashboard/projects', 0],
    ['/dashboard/faults', 0],
    ['/dashboard/webhooks', 50], // one of each
    ['/dashboard/webhooks/we_123', 40],
    ['/dashboard/webhooks/we_123?status=pending', 40],
    ['/dashboard/deliveries/del_123', 1],
    ['/health', 0],
    ['/dashboard/search?q=user.created', 2_000],
  ] as const) {
    read.clear();
    expect((await call(sandbox, `GET ${path}`)).status).toBe(200);
    expect({ path, deliveries: read.size }).toEqual({ path, deliveries });
  }
});
