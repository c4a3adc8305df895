import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Webhooks, type WebhooksOptions } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { receiver } from './support/receiver.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => vi.unstubAllEnvs());

describe('new Webhooks()', () => {
  it('reads the secret from EXAMPLE_WEBHOOK_SECRET when it is used, so that a build needs none', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const webhooks = new Webhooks({ secret: process.env['EXAMPLE_WEBHOOK_SECRET_OF_NOBODY'], logger });
    const { body, headers } = await signed();

    // Nothing is wrong with the request, so the API should deliver it again.
    expect((await webhooks.receive(body, headers)).status).toBe(500);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('set EXAMPLE_WEBHOOK_SECRET'));

    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    expect((await webhooks.receive(body, headers)).status).toBe(204);
  });

  it('answers 500 while the function fails, and reports its error', async () => {
    const onError = vi.fn();
    const webhooks = new Webhooks({ secret: () => Promise.reject(new Error('the vault is sealed')), onError });
    const { body, headers } = await signed();
    expect((await webhooks.receive(body, headers)).status).toBe(500);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('the vault is sealed'), {
      id: undefined,
      event: undefined,
    });
  });

  it.each([
    ['400 to a tenant that the function does not know', undefined, 400, 'unknown_secret', 'no secret'],
    ['500 if the function returns null', null, 500, 'invalid_secret', 'got null'],
    ['500 if the function returns an empty text', '', 500, 'invalid_secret', "got ''"],
    ['500 if the function returns a number', 5, 500, 'invalid_secret', 'got number'],
    ['500 if the function returns no secrets', [], 500, 'invalid_secret', 'got Array'],
    ['500 if the function returns a list with a hole', [secret, null], 500, 'invalid_secret', '[1] must be'],
  ])('answers %s', async (_, returned, status, code, message) => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const onError = vi.fn();
    const webhooks = new Webhooks({ secret: () => returned as never, onError });
    const { body, headers } = await signed();
    expect((await webhooks.receive(body, headers)).status).toBe(status);
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code }), expect.anything()]]);
    const error = onError.mock.calls[0]?.[0] as Error;
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/secret function returned/);
  });

  it.each<[string, WebhooksOptions]>([
    ['The secret function', { secret: () => new Promise<never>(() => undefined) }],
    ['verify()', { secret, verify: () => new Promise<never>(() => undefined) }],
  ])('answers 500 if %s does not settle within ten seconds', async (name, options) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const onError = vi.fn();
    const webhooks = new Webhooks({ ...options, onError });
    const { body, headers } = await signed();
    const answered = vi.fn();
    const response = webhooks.receive(body, headers).finally(answered);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await response).status).toBe(500);
    expect(onError.mock.calls[0]?.[0]).toHaveProperty('message', `${name} did not reply within 10000 ms.`);
  });

  it.each(['whsec_?', '', 'null', null, [], [secret, 'whsec_YWJj'], 7])(
    'throws invalid_secret at once for %o',
    (given) => {
      vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
      const create = () => new Webhooks({ secret: given as never });
      expect(create).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
    },
  );

  it.each<[name: string, values: unknown[]]>([
    ['tolerance', [-1, null, '300', NaN]],
    ['maxBodyBytes', [0, null, '1mb']],
    ['logLevel', ['loud']],
    ['logger', [{ error: console.error }]],
    ['onError', ['log', null]],
    ['onUnhandled', ['log']],
    ['onValidationIssue', [{}]],
    ['replayStore', [{}, true, null, 'redis']],
    ['acknowledge', ['late', true]],
    ['waitUntil', [Promise.resolve(), null]],
    ['verify', ['hmac', null]],
    ['secrets', [[secret]]],
  ])('rejects %s: %j', (name, values) => {
    for (const value of values) {
      const create = () => new Webhooks({ secret, [name]: value });
      expect(create).toThrow(InvalidRequestError);
      expect(create).toThrow(name);
    }
  });

  it.each<[message: string, options: unknown]>([
    ['options must be a plain object; got string.', 'whsec_'],
    ["tolerance must be a number of seconds, 0 or more; got '5m'.", { tolerance: '5m' }],
    [
      'replayStore must be false, or a store with a method claim(), such as redisReplayStore(); got Object.',
      { replayStore: { eval: () => 1 } },
    ],
  ])('says what to write: %s', (message, options) => {
    expect(() => new Webhooks(options as object)).toThrow(message);
  });

  it('applies the tolerance', async () => {
    const timestamp = new Date(Date.now() - 3_600_000);
    const { body, headers } = await signed(userCreated, { timestamp });
    expect((await new Webhooks({ secret, logLevel: 'off' }).receive(body, headers)).status).toBe(400);
    expect((await new Webhooks({ secret, tolerance: 7_200 }).receive(body, headers)).status).toBe(204);
  });
});

describe('receive()', () => {
  it('takes body and headers from any server and returns the response', async () => {
    const { webhooks } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);
    const { body, headers } = await signed();

    expect(await webhooks.receive(body, headers)).toEqual({ status: 204, headers: {} });
    expect(await webhooks.receive(`${body} `, headers)).toEqual({ status: 400, headers: {} });
    expect(handler).toHaveBeenCalledOnce();
  });
});
