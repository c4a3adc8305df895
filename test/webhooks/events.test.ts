import { describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore, type WebhookHandler } from '@example/sdk/webhooks';
import openapi from '../../sandbox/openapi.json' with { type: 'json' };
import { InvalidRequestError } from '../../src/errors/index.ts';
import { throwing } from '../support/http-server.ts';
import { handling, post, receiver, workingHandler } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

const unlisted = { event: 'project.archived', data: { id: 'proj_1' }, timestamp: userCreated.timestamp };
const down = new Error('database is down');
const rejects = () => Promise.reject(down);

describe('handlers', () => {
  it('get events of their name, and those for * all, whether or not this version lists them', async () => {
    const { webhooks, send } = receiver();
    const seen: string[] = [];
    webhooks.on('*', (event) => seen.push(`*: ${event.event}`));
    webhooks.on('project.archived', (event) => seen.push(`own: ${JSON.stringify(event.data)}`));
    for (const event of [userCreated, unlisted, { ...unlisted, event: '__proto__' }])
      expect(await send(event)).toBe(204);
    expect(seen).toEqual(['*: user.created', 'own: {"id":"proj_1"}', '*: project.archived', '*: __proto__']);
  });

  it('for several names run once for each event', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn<WebhookHandler<'user.created' | 'user.updated' | '*'>>();
    webhooks.on(['user.created', 'user.updated', '*'], handler);
    // A name may be misspelled.
    const lists = `only lists ${Object.keys(openapi.webhooks).join(', ')}, and no 'user.updated'. If the name is right`;
    expect(logger.warn.mock.calls).toEqual([[expect.stringContaining(lists)]]);
    const [updated, deleted] = ['user.updated', 'user.deleted'].map((event) => ({ ...userCreated, event }));
    for (const event of [userCreated, updated, deleted]) await send(event);
    expect(handler.mock.calls.map(([{ event }]) => event)).toEqual(['user.created', 'user.updated', 'user.deleted']);
  });

  it('are refused with invalid names, and if they are no functions', () => {
    for (const name of [undefined, '', 'user created', 'user.*', [], ['user.created', '']]) {
      const use = () => receiver().webhooks.on(name as never, () => undefined);
      expect(use).toThrow(InvalidRequestError);
      expect(use).toThrow(/^The name of an event must be a string without spaces.*no other patterns/);
    }
    const noHandler = () => receiver().webhooks.on('user.created', undefined as never);
    expect(noHandler).toThrow('handler must be a function; got undefined.');
  });

  it('without a handler, an event gets a 204 and is logged', async () => {
    const { send, logger } = receiver();
    expect(await send(unlisted, 'msg_1')).toBe(204);
    const line = '[@example/sdk] Webhook msg_1: there is no handler for project.archived.';
    expect(logger.info.mock.calls).toEqual([[line]]);
  });
});

describe('an event', () => {
  it("reaches its handler with its id and the attempt's time, and is handled once", async () => {
    const { send, handler } = handling();
    for (const id of ['msg_1', 'msg_1', 'msg_2']) expect(await send(userCreated, id)).toBe(204);
    const [attemptedAt, signal] = [expect.any(Date) as Date, expect.any(AbortSignal) as AbortSignal];
    expect(handler.mock.calls).toEqual(['msg_1', 'msg_2'].map((id) => [userCreated, { id, attemptedAt, signal }]));
  });

  it.each<[string, WebhookHandler]>([
    ['throws', throwing(down)],
    ['rejects', rejects],
  ])('is retried by the API if a handler %s, once the other handlers have finished', async (_, fail) => {
    const run = vi.fn(() => undefined).mockImplementationOnce(fail as () => undefined);
    const { webhooks, send, onError } = handling({}, run);
    const [other, answered] = [workingHandler(), vi.fn()];
    webhooks.on('*', other.handler);
    const status = send(userCreated, 'msg_1').finally(answered);
    await other.started;
    await new Promise(setImmediate);
    expect(answered).not.toHaveBeenCalled();
    other.finish();
    expect(await status).toBe(500);
    expect(onError).toHaveBeenCalledExactlyOnceWith(down, { id: 'msg_1', event: userCreated });
    expect(await send(userCreated, 'msg_1')).toBe(204);
    expect(other.handler).toHaveBeenCalledTimes(2);
  });

  it('is handled each time with replayStore: false', async () => {
    const { send, handler } = handling({ replayStore: false }, vi.fn().mockRejectedValueOnce(down));
    for (const status of [500, 204, 204]) expect(await send(userCreated, 'msg_1')).toBe(status);
    expect(handler).toHaveBeenCalledTimes(3);
  });
});

const both = [otherSecret, secret];

/** A process that serves the endpoint with these secrets. `deliver` sends it an event signed with them. */
function endpoint(secrets: string | readonly string[], replayStore: ReplayStore, run: WebhookHandler = vi.fn()) {
  const { handle, handler } = handling({ secret: secrets, replayStore }, run);
  const deliver = async () => handle(post(await signed(userCreated, { id: 'msg_1', secret: secrets })));
  return { handler, deliver };
}

describe('an endpoint that rotates its secret', () => {
  it('handles an event once before, during and after the rotation', async () => {
    const [store, run] = [memoryReplayStore(), vi.fn()];
    for (const secrets of [secret, both, otherSecret])
      expect((await endpoint(secrets, store, run).deliver()).status).toBe(204);
    expect(run).toHaveBeenCalledOnce();
  });

  it.each<[string, string | string[], string | string[]]>([
    ['the same secret', secret, secret],
    ['the old one of both', both, secret],
    ['both', secret, both],
  ])('has an event handled by one process at a time, or again after a failure: %s', async (_, one, two) => {
    const [store, work] = [memoryReplayStore(), workingHandler()];
    const handled = endpoint(one, store, work.handler).deliver();
    await work.started;
    const other = endpoint(two, store);
    const busy = await other.deliver();
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1']);
    expect(other.handler).not.toHaveBeenCalled();
    work.fail(down);
    expect((await handled).status).toBe(500);
    expect((await other.deliver()).status).toBe(204);
    expect(other.handler).toHaveBeenCalledOnce();
  });

  it.each([
    ['other endpoints', secret, otherSecret],
    ['endpoints with texts as secrets', 'one', 'whsec_'],
  ])('shares a store with %s, each of which handles the event', async (_, ...secrets) => {
    const replayStore = memoryReplayStore();
    for (const secret of secrets) {
      const { send, handler } = handling({ secret, replayStore, verify: () => ({ id: 'msg_1' }) });
      for (let time = 0; time < 2; time++) expect(await send()).toBe(204);
      expect(handler).toHaveBeenCalledOnce();
    }
  });

  it("has a key in the store that doesn't reveal the secret and is the same in every runtime and version", async () => {
    const store = memoryReplayStore();
    const claim = vi.fn((key: string) => store.claim(key));
    await endpoint(secret, { claim }).deliver();
    vi.stubGlobal('process', {}); // This leaves only WebCrypto.
    // Keys are cached by secret, and the space makes this one new.
    await endpoint(`${secret} `, { claim }).deliver();
    expect(claim.mock.calls).toEqual([['6d60VDDtrPx0qYRv:msg_1'], ['6d60VDDtrPx0qYRv:msg_1']]);
  });
});

describe('a store', () => {
  const claimed = { status: 'claimed', complete: () => undefined, release: () => undefined } as const;
  const storeOf = (...claims: ReturnType<ReplayStore['claim']>[]) => ({ claim: vi.fn(() => claims.shift()!) });

  it('that fails for the second of two keys gets the first one back', async () => {
    const release = vi.fn();
    const store = storeOf({ ...claimed, release }, rejects());
    expect((await endpoint(both, store).deliver()).status).toBe(503);
    const [first, second] = store.claim.mock.calls.flat() as unknown as string[];
    expect(first! < second!).toBe(true);
    expect(release).toHaveBeenCalledOnce();
  });

  const held = new AbortController().signal;
  it.each([
    [held, true],
    [held, false],
    [undefined, false],
  ])('that loses one of two keys aborts the signal; of the other: %s; at once: %s', async (other, isLost) => {
    const losing = new AbortController();
    if (isLost) losing.abort(down);
    const store = storeOf(...[other, losing.signal].map((signal) => ({ ...claimed, signal })));
    const { deliver, handler } = endpoint(both, store, (_, { signal }) => {
      expect(signal.aborted).toBe(isLost);
      losing.abort(down);
      expect(signal.reason).toBe(down);
    });
    expect((await deliver()).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  const lost = AbortSignal.abort();
  type Row = [what: string, status: number, tries: number, signal: AbortSignal | undefined, failures: number];
  it.each<Row>([
    ['recovers while the claim is held', 204, 31, held, 30],
    ['does not recover: recording is given up after 20 repetitions', 204, 21, undefined, 99],
    ['does not recover before the claim is lost', 204, 1, lost, 99],
    ['does not recover after a handler has failed', 500, 1, held, 99],
  ])('that fails when the handlers have run %s', async (_, status, tries, signal, failures) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const gone = new Error('gone');
    const fail = vi.fn(() => (failures-- > 0 ? Promise.reject(gone) : undefined));
    const replayStore: ReplayStore = { claim: () => ({ ...claimed, complete: fail, release: fail, signal }) };
    const { send, onError } = handling({ replayStore }, () => (status === 204 ? undefined : rejects()));
    const answered = vi.fn();
    const response = send().finally(answered);
    while (fail.mock.calls.length === 0) await new Promise(setImmediate);
    // After 50, 100, 200, 400, 800, and then 1 000 ms.
    for (let repetition = 0; repetition < tries - 1; repetition++) {
      await vi.advanceTimersByTimeAsync(Math.min(1_000, 50 * 2 ** repetition) - 1);
      expect(answered).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(await response).toBe(status);
    expect(fail).toHaveBeenCalledTimes(tries);
    const message = `The event ${status === 204 ? 'was handled' : 'failed'}, but that could not be recorded.`;
    const unrecorded = expect.objectContaining({ message, cause: gone }) as Error;
    const errors = [...(status === 500 ? [down] : []), ...(failures > 0 ? [unrecorded] : [])];
    expect(onError.mock.calls.map(([error]) => error as unknown)).toEqual(errors);
  });
});
