import { afterEach, describe, expect, it, vi } from 'vitest';
import { Webhooks, type WebhooksOptions } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { receiver } from './support/receiver.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => vi.unstubAllEnvs());

describe('new Webhooks()', () => {
  it('reads the secret from EXAMPLE_WEBHOOK_SECRET', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const { body, headers } = await signed();
    expect((await new Webhooks().receive(body, headers)).status).toBe(204);
  });

  it('throws invalid_secret when the secret is missing or invalid', () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    for (const options of [{}, { secret: undefined }, { secret: 'whsec_?' }]) {
      expect(() => new Webhooks(options)).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
    }
  });

  it.each([
    { tolerance: -1 },
    { maxBodyBytes: 0 },
    { maxBodyBytes: null },
    { maxBodyBytes: '1mb' },
    { logLevel: 'loud' },
    { logger: { error: console.error } },
    { onError: 'log' },
    { onError: null },
    { onUnhandled: 'log' },
    { onValidationIssue: {} },
    { tolerance: null },
    { tolerance: '300' },
    { tolerance: NaN },
    { replayStore: {} },
    { replayStore: true },
    { replayStore: null },
    { replayStore: 'redis' },
    { acknowledge: 'late' },
    { acknowledge: true },
    { waitUntil: Promise.resolve() },
  ])('rejects %o', (options) => {
    expect(() => new Webhooks({ secret, ...options } as WebhooksOptions)).toThrow(InvalidRequestError);
  });

  it.each([
    ['a secret alone, as other libraries take it', secret, 'options must be an object'],
    ['null', null, 'options must be an object'],
    ['an option that does not exist', { secrets: [secret] }, 'There is no options.secrets, only secret, '],
  ])('says what is wrong with %s', (_, options, message) => {
    expect(() => new Webhooks(options as never)).toThrow(message);
  });

  it('takes options that are inherited or getters', async () => {
    class Configuration {
      get secret() {
        return secret;
      }
    }
    const { body, headers } = await signed();
    expect((await new Webhooks(new Configuration()).receive(body, headers)).status).toBe(204);
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

  it.each([
    [undefined, 'it is undefined. Pass what was received'],
    [null, 'it is null. Pass what was received'],
    [userCreated, 'Get the raw body'],
  ])('answers 400 with advice in the log when the body is %o', async (body, advice) => {
    const { webhooks, logger } = receiver();
    const { headers } = await signed();
    expect(await webhooks.receive(body as never, headers)).toEqual({ status: 400, headers: {} });
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(advice));
  });
});
