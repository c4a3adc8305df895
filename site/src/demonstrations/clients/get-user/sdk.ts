import { Client } from '@example/sdk';
import type { Access } from '../../run.ts';

export function userGetter({ baseUrl, apiToken }: Access) {
  const client = new Client({ baseUrl, apiToken, dangerouslyAllowBrowser: true });

  return (id: string) => client.users.get(id);
}
