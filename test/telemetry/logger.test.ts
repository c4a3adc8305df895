import { describe, expect, it, vi } from 'vitest';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const healthyApi = () => inProcessApi(() => Response.json(user));

describe('the log', () => {
  const levels = ['error', 'warn', 'info', 'debug'] as const;
  const logger = () => ({ error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() });

  it('shows each attempt at level debug, and each retry at level info', async () => {
    useVirtualTime();
    fixJitter(0.5);
    const api = inProcessApi(async () => {
      await sleep(80);
      if (api.requests.length > 1) throw new TypeError('terminated');
      return errorResponse(503);
    });
    const log = logger();

    await settled(rejection(clientOf(api, { logger: log, logLevel: 'debug', maxRetries: 1 }).users.get('user_123')));

    expect(log.debug.mock.calls).toEqual([
      ['[@example/sdk] GET /users/user_123: answered 503 after 80 ms.'],
      ['[@example/sdk] GET /users/user_123: no answer after 80 ms.'],
    ]);
    expect(log.info.mock.calls).toEqual([
      ['[@example/sdk] InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 250 ms.'],
    ]);
  });

  it.each([...levels, 'off'] as const)('shows nothing beyond its level: %s', async (logLevel) => {
    const api = inProcessApi(() => Response.json({ ...user, name: null }));
    const log = logger();

    await clientOf(api, { logger: log, logLevel }).users.get('user_123');

    const allowed = levels.slice(0, levels.indexOf(logLevel as 'warn') + 1);
    for (const level of levels) if (!allowed.includes(level)) expect(log[level]).not.toHaveBeenCalled();
    expect(log.warn.mock.calls.length).toBe(allowed.includes('warn') ? 1 : 0);
    expect(log.debug.mock.calls.length).toBe(allowed.includes('debug') ? 1 : 0);
  });

  it('goes to the console by default, from level warn on', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const api = inProcessApi(() => Response.json({ ...user, name: null }));

    await clientOf(api, { logLevel: undefined }).users.get('user_123');

    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.',
    );
    warn.mockRestore();
  });

  it('has one line for each message, whatever the server puts into it', async () => {
    const message = 'no\r\n[@example/sdk] forged \u001b[31mred\u001b[0m \u0007\u009b2J\u2028';
    const headers = { 'retry-after': '0' };
    const api = inProcessApi(() => Response.json({ error: { code: 'x', message } }, { status: 503, headers }));
    const log = logger();

    await rejection(clientOf(api, { logger: log, logLevel: 'debug', maxRetries: 1 }).users.get('user_123'));

    expect(log.info.mock.lastCall?.[0]).toContain(
      'no\\u000d\\u000a[@example/sdk] forged \\u001b[31mred\\u001b[0m \\u0007\\u009b2J\\u2028',
    );
    for (const [line] of log.info.mock.calls as [string][]) expect(line).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  it('may fail without affecting the call', async () => {
    const broken = () => expect.fail('logger');
    const log = { error: broken, warn: broken, info: broken, debug: broken };

    expect(await clientOf(healthyApi(), { logger: log, logLevel: 'debug' }).users.get('user_123')).toEqual(user);
  });

  it('may fail later without affecting the process', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const broken = () => Promise.reject(new Error('the disk is full'));
    const log = { error: broken, warn: broken, info: broken, debug: vi.fn(broken) };

    await clientOf(healthyApi(), { logger: log, logLevel: 'debug' }).users.get('user_123');
    await new Promise((resolve) => setImmediate(resolve));

    process.off('unhandledRejection', unhandled);
    expect(log.debug).toHaveBeenCalledOnce();
    expect(unhandled).not.toHaveBeenCalled();
  });
});
