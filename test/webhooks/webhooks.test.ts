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
    { logLevel: 'loud' },
    { logger: { error: console.error } },
    { onError: 'log' },
  ])('rejects %o', (options) => {
    expect(() => new Webhooks({ secret, ...options } as WebhooksOptions)).toThrow(InvalidRequestError);
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

  it.each([undefined, null, userCreated])('answers 400 with advice in the log when the body is %o', async (body) => {
    const { webhooks, logger } = receiver();
    const { headers } = await signed();
    expect(await webhooks.receive(body as never, headers)).toEqual({ status: 400, headers: {} });
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('Get the raw body'));
  });
});
