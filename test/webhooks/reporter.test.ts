import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, format, transports } from 'winston';
import { WebhookVerificationError, type Logger, type WebhookErrorContext } from '@example/sdk/webhooks';
import { throwing } from '../support/http-server.ts';
import { receiver } from './support/receiver.ts';
import { otherSecret, signed, userCreated } from './support/signed-request.ts';

describe('onError', () => {
  it('gets the error of each failed handler and each failed verification, instead of the log', async () => {
    const errors: [unknown, WebhookErrorContext][] = [];
    const { webhooks, send, logger } = receiver({ onError: (error, context) => errors.push([error, context]) });
    webhooks.on('user.created', () => Promise.reject(new Error('first')));
    webhooks.on('user.created', () => Promise.reject(new Error('second')));

    await send(userCreated, 'msg_1');
    await webhooks.receive('{}', {});

    expect(errors).toEqual([
      [new Error('first'), { id: 'msg_1', event: userCreated }],
      [new Error('second'), { id: 'msg_1', event: userCreated }],
      [expect.any(WebhookVerificationError), { id: undefined, event: undefined }],
    ]);
    expect(logger.error).not.toHaveBeenCalled();
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it.each<[string, () => unknown]>([
    ['throws', throwing(new Error('no reporter'))],
    ['rejects', () => Promise.reject(new Error('no reporter'))],
  ])('changes nothing when it %s', async (_, onError) => {
    const { webhooks, send, logger } = receiver({ onError });
    webhooks.on('user.created', () => Promise.reject(new Error('failed')));
    expect((await send()).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('onError failed: no reporter'),
      expect.anything(),
    );
  });
});

it('onError gets the 413, and no 405', async () => {
  const onError = vi.fn();
  const { webhooks, handle, logger } = receiver({ onError, maxBodyBytes: 10 });
  expect((await webhooks.receive('x'.repeat(11), {})).status).toBe(413);
  expect((await handle(new Request('https://shop.example'))).status).toBe(405);
  expect(onError.mock.calls).toEqual([
    [expect.objectContaining({ code: 'body_too_large' }), { id: undefined, event: undefined }],
  ]);
  expect(onError.mock.calls[0]?.[0]).toHaveProperty('message', 'The body is longer than maxBodyBytes, 10 bytes.');
  expect(logger.warn).not.toHaveBeenCalled();
});

describe('an onError that never settles', () => {
  afterEach(() => vi.useRealTimers());

  it('holds up the response for five seconds, however many errors there are', async () => {
    vi.useFakeTimers();
    const onError = vi.fn(() => new Promise<never>(() => undefined));
    const { webhooks, send, logger } = receiver({ onError });
    for (let count = 0; count < 3; count++) webhooks.on('user.created', () => Promise.reject(new Error('failed')));
    const answered = vi.fn();
    const response = send().finally(answered);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(onError).toHaveBeenCalledTimes(3);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await response).status).toBe(500);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringContaining('onError did not reply within 5000 ms.'),
      expect.anything(),
    );
  });
});

describe('a thousand forged requests', () => {
  afterEach(() => vi.useRealTimers());

  it('are a line in the log a minute for each reason, with their number', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { webhooks, logger } = receiver({ maxBodyBytes: 1_000 });
    const flood = async () => {
      const forged = await signed(userCreated, { secret: otherSecret });
      const noEvent = await signed('[]');
      for (let count = 0; count < 200; count++) {
        await webhooks.receive(forged.body, forged.headers);
        await webhooks.receive('{}', {});
        await webhooks.receive(noEvent.body, noEvent.headers);
        await webhooks.receive('x'.repeat(1_001), {});
      }
    };

    await flood();
    expect(logger.warn.mock.calls.flat()).toEqual([
      expect.stringContaining('No signature matches'),
      expect.stringContaining('webhook-id is missing'),
      expect.stringContaining('the body is not an event'),
      expect.stringContaining('longer than maxBodyBytes'),
    ]);

    logger.warn.mockClear();
    vi.setSystemTime(Date.now() + 60_000);
    await flood();
    expect(logger.warn.mock.calls.flat()).toEqual(
      Array.from(
        { length: 4 },
        () => expect.stringContaining('199 more were rejected for this reason before.') as string,
      ),
    );
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('for a reason of the secret function are logged for each message, up to a hundred', async () => {
    const messages = [
      'a header is missing',
      'the vault is down',
      ...Array.from({ length: 200 }, (_, id) => `tenant ${id}`),
    ];
    const { webhooks, logger } = receiver({
      secret: () => {
        throw new Error(messages.shift());
      },
    });
    while (messages.length > 0) await webhooks.receive('{}', {});
    const lines = logger.warn.mock.calls.flat();
    expect(lines.slice(0, 2)).toEqual([
      expect.stringContaining('a header is missing'),
      expect.stringContaining('the vault is down'),
    ]);
    expect(lines).toHaveLength(100 + 1);
  });

  it('are logged again when the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { webhooks, logger } = receiver();
    await webhooks.receive('{}', {});
    vi.setSystemTime(Date.now() - 3_600_000);
    await webhooks.receive('{}', {});
    expect(logger.warn).toHaveBeenCalledTimes(2);
  });
});

describe('an error in the log', () => {
  const failing = async (logger: Logger) => {
    const { webhooks, send } = receiver({ logger });
    const cause = Object.assign(new RangeError('no route to host'), { code: 'EHOSTUNREACH' });
    const error = Object.assign(new Error(`database\nis down ${'x'.repeat(900)}`, { cause }), {
      config: { token: 'secret' },
    });
    webhooks.on('user.created', () => Promise.reject(error));
    await send(userCreated, 'msg_1');
  };
  const line = /^\[@example\/sdk\] Webhook msg_1 \(user\.created\) failed: database is down x{283}…$/;
  const err = {
    name: 'Error',
    message: expect.stringMatching(/^database\nis down x{900}/) as string,
    stack: expect.stringContaining('reporter.test.ts:') as string,
    cause: {
      name: 'RangeError',
      message: 'no route to host',
      code: 'EHOSTUNREACH',
      stack: expect.stringContaining('RangeError: no route to host') as string,
    },
  };

  it('is one readable line with fields: the console', async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    await failing(logger);
    expect(logger.error.mock.calls).toEqual([
      [
        expect.stringMatching(line),
        { err: expect.objectContaining(err) as object, id: 'msg_1', event: 'user.created' },
      ],
    ]);
  });

  it.each([
    ['pino', (write: (text: string) => void) => pino({}, { write })],
    ['winston', (write: (text: string) => void) => winstonTo(write)],
  ])('is one readable line with fields: %s', async (name, create) => {
    const lines: string[] = [];
    await failing(create((text) => lines.push(text)));
    const records = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    const [record] = records.filter(({ level }) => level === 'error' || level === 50);
    expect(record?.['message'] ?? record?.['msg']).toMatch(line);
    expect(record).toMatchObject({ id: 'msg_1', event: 'user.created' });
    // pino's own serializer joins the messages and stacks of the causes.
    if (name === 'winston') expect(record?.['err']).toEqual(err);
    else
      expect(record?.['err']).toMatchObject({ type: 'Error', stack: expect.stringContaining('caused by: RangeError') });
    expect(lines.join()).not.toContain('secret');
  });

  it.each([
    ['an error that causes itself', () => Object.assign(new Error('odd'), { cause: undefined })],
    [
      'a chain of causes',
      () => 'a b c d e f g h i j'.split(' ').reduce((cause, name) => new Error(name, { cause }), new Error('0')),
    ],
  ])('has an end: %s', async (_, create) => {
    const error = create();
    if (error.cause === undefined) error.cause = error;
    const { webhooks, send, logger } = receiver();
    webhooks.on('user.created', () => Promise.reject(error));
    await send();
    expect(JSON.stringify(logger.error.mock.calls).split('"cause"')).toHaveLength(1 + 5);
  });

  it.each([
    ['whose stack throws', Object.defineProperty(new Error('odd'), 'stack', { get: throwing(new Error('no')) }), 'odd'],
    ['that has no prototype', Object.create(null), 'a thrown object, not an Error'],
    ['that is a revoked proxy', revokedProxy(), 'an error that cannot be read'],
    ['that is a symbol', Symbol('odd'), 'a thrown symbol, not an Error'],
    ['that is a text', 'out of stamps', 'out of stamps'],
    ['that just fits into the line', new Error('x'.repeat(300)), 'x{300}'],
  ])('may be one %s', async (_, error, described) => {
    const { webhooks, send, logger } = receiver();

    webhooks.on('user.created', () => Promise.reject(error));
    expect((await send(userCreated, 'msg_1')).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(new RegExp(`failed: ${described}$`)),
      expect.objectContaining({ id: 'msg_1' }),
    );
  });
});

function winstonTo(write: (text: string) => void): Logger {
  const stream = new Writable({
    write(chunk, _, done) {
      write(String(chunk));
      done();
    },
  });
  return createLogger({ format: format.json(), transports: [new transports.Stream({ stream })] });
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

it('differences are logged once for each place, of which a thousand are remembered', async () => {
  const { send, logger } = receiver();
  const names = Array.from({ length: 1001 }, (_, index) => `event.${index}`);
  const sendAll = async (events: readonly string[]) => {
    for (const event of events) await send({ event, data: {}, timestamp: 0 });
  };

  await sendAll([...names.slice(0, 1000), ...names.slice(0, 1000)]);
  expect(logger.warn).toHaveBeenCalledTimes(1000);

  await sendAll([names[1000]!, names[0]!]);
  expect(logger.warn).toHaveBeenCalledTimes(1002);
});

describe('onValidationIssue', () => {
  it('gets each difference with its event, instead of the log', async () => {
    const onValidationIssue = vi.fn();
    const { send, logger } = receiver({ onValidationIssue });
    const event = { ...userCreated, data: { id: 'user_123' } };

    await send(event);

    expect(onValidationIssue.mock.calls).toEqual([
      [{ path: ['data', 'name'], message: 'expected string, received undefined' }, event],
      [{ path: ['data', 'email'], message: 'expected string, received undefined' }, event],
    ]);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('changes nothing when it rejects', async () => {
    const onValidationIssue = vi.fn().mockRejectedValue(new Error('no reporter'));
    const { send, logger } = receiver({ onValidationIssue });
    expect((await send({ ...userCreated, data: {} })).status).toBe(204);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringContaining('onValidationIssue failed: no reporter'),
      expect.anything(),
    );
  });
});
