import { Client } from '@example/sdk';
import type { Access } from '../../run.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  const client = new Client({ baseUrl, apiToken, dangerouslyAllowBrowser: true });

  return () =>
    client.users.create({
      name: 'Guest',
      email: `guest-${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
    });
}
