import { Client } from '@example/sdk';
import type { Access } from '../../run.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  // For an API that is known to perform requests with the same key once, as this one does.
  const client = new Client({ baseUrl, apiToken, apiSupportsIdempotencyKeys: true, dangerouslyAllowBrowser: true });

  return () =>
    client.users.create(
      { name: 'Guest', email: `guest-${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() },
      { idempotencyKey: crypto.randomUUID() },
    );
}
