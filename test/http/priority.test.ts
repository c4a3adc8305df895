import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

/** An API that admits two requests per minute, and the ids it was asked for. */
function setup() {
  const reset = String(Math.ceil(Date.now() / 60_000) * 60 + 60);
  let remaining = 2;
  const api = inProcessApi(() => {
    remaining = remaining === 0 ? 1 : remaining - 1;
    const headers = {
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': reset,
    };
    return Response.json(user, { headers });
  });
  const ids = () => api.requests.map(({ url }) => url.split('/').at(-1));
  return { client: clientOf(api, { rateLimit: { limit: 2 } }), ids };
}

describe('priority', () => {
  it('of a call lets normal calls that arrive later pass', async () => {
    const { client, ids } = setup();
    const get = (id: string, priority?: 'normal' | 'background') => client.users.get(id, { priority });

    await settled(Promise.all([get('a'), get('b'), get('late', 'background'), get('c'), get('d', 'normal')]));

    expect(ids()).toHaveLength(5);
    expect(ids().at(-1)).toBe('late');
  });

  it('of a client applies to its calls, unless a call says otherwise', async () => {
    const { client, ids } = setup();
    const batch = client.withOptions({ priority: 'background' });

    await settled(
      Promise.all([
        client.users.get('a'),
        client.users.get('b'),
        batch.users.get('late'),
        batch.users.get('urgent', { priority: 'normal' }),
        client.users.get('c'),
      ]),
    );

    expect(ids().indexOf('urgent')).toBeLessThan(ids().indexOf('late'));
    expect(ids().at(-1)).toBe('late');
  });

  it.each(['high', 1])('must be a known one: %j is refused', async (priority) => {
    const { client, ids } = setup();
    const options = { priority: priority as unknown as 'normal' };

    expect(() => client.withOptions(options)).toThrow(InvalidRequestError);
    expect(await rejection(client.users.get('a', options))).toBeInstanceOf(InvalidRequestError);
    expect(ids()).toEqual([]);
  });
});
