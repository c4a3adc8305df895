import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger, format, transports } from 'winston';
import type { Logger, WebhookErrorListener } from '@example/sdk/webhooks';
import { throwing } from '../support/http-server.ts';
import { handling, receiver } from './support/receiver.ts';
import { otherSecret, signed, userCreated } from './support/signed-request.ts';

const fails = (message: string) => () => Promise.reject(new Error(message));

describe('onError', () => {
  it.each<[string, () => unknown]>([
    ['throws', throwing(new Error('no reporter'))],
    ['rejects', fails('no reporter')],
  ])('changes nothing when it %s', async (_, onError) => {
    const { send, logger } = handling({ onError }, fails('failed'));
    expect(await send()).toBe(500);
    const line = expect.stringContaining('onError failed: no reporter') as string;
    expect(logger.error.mock.calls).toEqual([[line, expect.anything()]]);
  });

  it("gets each handler's error, which is then not logged, and has five seconds for all of them", async () => {
    vi.useFakeTimers();
    const onError = vi.fn<WebhookErrorListener>(() => new Promise<never>(() => undefined));
    const { webhooks, send, logger } = handling({ onError }, fails('first'));
    webhooks.on('*', fails('second'));
    const answered = vi.fn();
    const response = send(userCreated, 'msg_1').finally(answered);
    await vi.advanceTimersByTimeAsync(4_999);
    const context = { id: 'msg_1', event: userCreated };
    expect(onError.mock.calls).toEqual(['first', 'second'].map((message) => [new Error(message), context]));
    expect(logger.error).not.toHaveBeenCalled();
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await response).toBe(500);
    const line = expect.stringContaining('onError did not reply within 5000 ms.') as string;
    expect(logger.error.mock.calls).toEqual([[line, expect.anything()]]);
  });
});

describe('the log has', () => {
  // Only this clock is fake: computing signatures needs the real timers.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }).advanceTimersByTime(100_000));

  it('one line a minute for each reason to reject requests, with their number', async () => {
    const { webhooks, logger } = receiver({
      secret: ({ body }) => (body.startsWith('no') ? fails(body)() : otherSecret),
    });
    const { headers, body } = await signed();
    const lines = async () => {
      logger.warn.mockClear();
      for (let time = 0; time < 50; time++) {
        await webhooks.receive(body, {});
        for (const each of [body, 'no vault', 'no network']) await webhooks.receive(each, headers);
      }
      return logger.warn.mock.calls.map(([line]) => line);
    };
    const all = (end: string) =>
      ['webhook-id is missing', 'No signature matches', 'no vault', 'no network'].map(
        (reason) => expect.stringMatching(`^\\[@example/sdk\\] A webhook was rejected: .*${reason}.*${end}$`) as string,
      );
    expect(await lines()).toEqual(all(''));
    vi.advanceTimersByTime(59_999);
    expect(await lines()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await lines()).toEqual(all(' 99 more for this reason were not logged\\.'));
  });
});

describe('an error in the log is one readable line with fields', () => {
  const cause = Object.assign(new RangeError('no route to host'), { code: 'EHOSTUNREACH' });
  const error = Object.assign(new Error(`database\nis down ${'x'.repeat(900)}`, { cause }), { token: 'secret' });
  const stackOf = (text: string) => expect.stringContaining(text) as string;
  const err = {
    name: 'Error',
    message: expect.stringMatching(/^database\nis down x{900}/) as string,
    stack: stackOf('reporter.test.ts:'),
    cause: { name: 'RangeError', message: cause.message, code: cause.code, stack: stackOf('RangeError: no route') },
  };
  // pino's own serializer joins the causes' messages and stacks.
  const joined = { type: 'Error', stack: stackOf('caused by: RangeError') };
  const winston = (write: (text: string) => void) => {
    const stream = new PassThrough({ encoding: 'utf8' }).on('data', write);
    return createLogger({ format: format.json(), transports: [new transports.Stream({ stream })] });
  };

  it.each<[string, object, (write: (text: string) => void) => Logger]>([
    ['pino', joined, (write) => pino({ messageKey: 'message' }, { write })],
    ['winston', err, winston],
  ])('of %s', async (_, fields, create) => {
    const records: unknown[] = [];
    const logger = create((text) => records.push(JSON.parse(text)));
    const { send } = handling({ logger, onError: undefined }, () => Promise.reject(error));
    await send(userCreated, 'msg_1');
    await expect.poll(() => records).toHaveLength(1);
    const line = /^\[@example\/sdk\] Webhook msg_1 \(user\.created\) failed: database is down x{283}…$/;
    const message = expect.stringMatching(line) as string;
    expect(records).toMatchObject([{ message, id: 'msg_1', event: 'user.created', err: fields }]);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  const circular = new Error('odd');
  circular.cause = circular;
  const unreadable = Object.defineProperty(new Error('odd'), 'stack', { get: throwing(new Error()) });
  it.each<[what: string, error: unknown, line: string, causes: number]>([
    ['that causes itself', circular, 'odd', 5],
    ['whose stack throws', unreadable, 'odd', 0],
    ['that has no prototype', Object.create(null), 'a thrown object, not an Error', 0],
    ['that is a text', 'out of stamps', 'out of stamps', 0],
    ['that is a character too long', new Error('x'.repeat(301)), `${'x'.repeat(300)}…`, 0],
  ])('for one %s', async (_, thrown, described, causes) => {
    const { send, logger } = handling({ onError: undefined }, () => Promise.reject(thrown));
    expect(await send(userCreated, 'msg_1')).toBe(500);
    const fields = expect.objectContaining({ id: 'msg_1', event: 'user.created' }) as object;
    expect(logger.error.mock.calls).toEqual([[expect.stringMatching(`failed: ${described}$`), fields]]);
    expect(logger.error.mock.lastCall?.[1]).toHaveProperty('err', expect.anything());
    const logged = JSON.stringify(logger.error.mock.calls);
    expect(logged.split('"cause"')).toHaveLength(1 + causes);
  });
});
