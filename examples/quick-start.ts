// The first call. Set EXAMPLE_API_TOKEN, and EXAMPLE_BASE_URL to call the local API: `npx @example/sandbox`.
import { Client } from '@example/sdk';

const client = new Client();

const created = await client.users.create({
  name: 'Ada Lovelace',
  email: `ada+${Date.now()}@example.com`,
  password: 'analytical-engine',
});
const user = await client.users.get(created.id);

console.log(`Created ${user.name} as ${user.id}.`);
