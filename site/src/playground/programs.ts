/** Programs to start with. The names are shown in the menu; the tests run each of them. */
export const programs: Readonly<Record<string, string>> = {
  'First calls': `import { Client } from '@example/sdk';

const client = new Client();

const user = await client.users.create({
  name: 'Ada',
  email: 'ada@example.com',
  password: 'secure_password',
});
console.log(await client.users.get(user.id));

const projects = client.projects.list({ status: 'active' });
for await (const { id, name } of projects) {
  console.log(id, name);
}`,
  '300 calls at once': `import { Client } from '@example/sdk';

const client = new Client();

const ids = Array(300).fill('user_123');
const users = await Promise.all(
  ids.map((id) => client.users.get(id)),
);
console.log(users.length, 'calls done');`,
  Webhooks: `import { Client } from '@example/sdk';
import { Webhooks } from '@example/sdk/webhooks';

// The API in this page delivers its events to these handlers.
const webhooks = new Webhooks();
webhooks.on('user.created', (event) => {
  console.log('Welcome,', event.data.email);
});

await new Client().users.create({
  name: 'Ada',
  email: 'ada@example.com',
  password: 'secure_password',
});`,
  'A fault that heals': `import { Client } from '@example/sdk';

const client = new Client();
client.on('retry', ({ reason }) => console.warn(reason));

sandbox.faults.next({ status: 503, times: 2 });
console.log(await client.users.get('user_123'));`,
};
