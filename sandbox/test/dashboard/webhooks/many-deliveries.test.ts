import { createSandbox } from '@example/sandbox';
import { expect, test, vi } from 'vitest';
import { Collection } from '../../../src/storage/collection.ts';
import { call } from '../../support/calls.ts';

test('no page but the search looks through all deliveries', async () => {
  const endpoints = Array.from({ length: 5 }, (_, index) => ({ url: `https://app.example.com/${index}` }));
  const sandbox = createSandbox({ webhooks: { endpoints, fetch: () => Promise.resolve(new Response()) } });
  for (let index = 0; index < 20; index += 1) sandbox.webhooks.publish('user.created', {});
  await sandbox.webhooks.flush();

  const reads = [vi.spyOn(Collection.prototype, 'all', 'get'), vi.spyOn(Collection.prototype, 'values')];
  const readsOfDeliveries = async (path: string) => {
    for (const read of reads) read.mockClear();
    const response = await call(sandbox, `GET ${path}`);
    expect(response.status).toBe(200);
    const read = reads.flatMap(({ mock }) => mock.contexts as Collection<{ id: string }>[]);
    return read.filter((collection) => collection.get('del_123') !== undefined).length;
  };
  for (const path of [
    '/dashboard',
    '/dashboard/requests',
    '/dashboard/rate-limits',
    '/dashboard/users',
    '/dashboard/projects',
    '/dashboard/api-tokens',
    '/dashboard/faults',
    '/dashboard/webhooks',
    '/dashboard/webhooks/we_123',
    '/dashboard/webhooks/we_123?status=delivered&page=2',
    '/dashboard/deliveries/del_123',
    '/status',
    '/health',
  ]) {
    expect([path, await readsOfDeliveries(path)]).toEqual([path, 0]);
  }
  expect(await readsOfDeliveries('/dashboard/search?q=user.created')).toBeGreaterThan(0);
});
