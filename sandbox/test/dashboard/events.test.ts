import { createSandbox } from '@example/sandbox';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventStream } from '../../src/dashboard/events.ts';
import { Listeners } from '../../src/utils/listeners.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function reader(stream: ReadableStream<Uint8Array>) {
  const own = stream.getReader();
  const next = async () => new TextDecoder().decode((await own.read()).value);
  const first = await next();
  return { own, next, first };
}

test("the stream starts with the server's id, and reports many changes at once as one", async () => {
  const changes = new Listeners();
  const { next, first } = await reader(eventStream(changes, 'boot-1'));
  expect(first).toBe('event: boot\ndata: boot-1\n\n');
  for (let index = 0; index < 1000; index++) changes.emit();
  vi.advanceTimersByTime(200);
  expect(await next()).toBe('event: change\ndata:\n\n');
  vi.advanceTimersByTime(15_000);
  expect(await next()).toBe(': still here\n\n');
});

test.each<[string, (sandbox: ReturnType<typeof createSandbox>) => unknown]>([
  ['a request', (sandbox) => sandbox.fetch('https://api.example.com/v1/nothing')],
  ['a user', (sandbox) => sandbox.state.users.create()],
  ['a deleted project', (sandbox) => sandbox.state.projects.delete('proj_123')],
  ['a token', (sandbox) => sandbox.state.tokens.create('CI')],
  ['a fault', (sandbox) => sandbox.faults.next({ status: 503 })],
  ['the clock', (sandbox) => sandbox.clock.advance(1000)],
  ['a webhook', (sandbox) => sandbox.webhooks.register({ url: 'https://example.com' })],
  ['a reset', (sandbox) => sandbox.reset()],
])('%s is a change', async (_, change) => {
  const sandbox = createSandbox();
  const response = await sandbox.fetch('http://127.0.0.1/dashboard/events');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const { next } = await reader(response.body!);
  await change(sandbox);
  await vi.advanceTimersByTimeAsync(200);
  expect(await next()).toContain('event: change');
});
