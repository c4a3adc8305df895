import { Client } from '@example/sdk';
import type { Access } from '../../run.ts';

export function projectLister({ baseUrl, apiToken }: Access) {
  const client = new Client({ baseUrl, apiToken, dangerouslyAllowBrowser: true });

  return () => client.projects.list();
}
