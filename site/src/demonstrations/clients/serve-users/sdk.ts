import { Client } from '@example/sdk';
import type { Access } from '../../run.ts';

export function userGetters({ baseUrl, apiToken }: Access) {
  const client = new Client({ baseUrl, apiToken, dangerouslyAllowBrowser: true });
  const nightly = client.withOptions({ priority: 'background' });

  return {
    interactive: (id: string) => client.users.get(id),
    batch: (id: string) => nightly.users.get(id),
  };
}
