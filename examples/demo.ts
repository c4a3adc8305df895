// The SDK's main job, against the local API over HTTP, in under 20 seconds: `npm run demo`.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { styleText } from 'node:util';
import { Client } from '@example/sdk';
import { Webhooks } from '@example/sdk/webhooks';
import { createSandbox } from '@example/sandbox';

const step = (title: string) => console.log(`\n${styleText('bold', title)}`);
const say = (line: string) => console.log(`  ${line}`);
const dim = (text: string) => styleText('dim', text);

// Windows last three seconds instead of a minute, so that you can watch several of them.
const window = 3_000;
const sandbox = createSandbox({ rateLimit: { limit: 100, window } });
const server = await sandbox.listen();
const client = new Client({ apiToken: sandbox.apiToken, baseUrl: server.url, rateLimit: { window } });
console.log(`You need no account: the local API runs at\n${styleText('cyan', server.url)}.`);

step('Create a user and read it back');
const created = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
const user = await client.users.get(created.id);
say(`${user.id}  ${user.name} ${dim(user.email)}`);

step('List every active project');
const names: string[] = [];
for await (const project of client.projects.list({ status: 'active' })) names.push(project.name);
say(`${names.length} projects: ${names.slice(0, 2).join(', ')}, …`);

step(`Make 250 calls at once, with a limit of 100 in ${window / 1_000} seconds`);
let [answered, refused] = [0, 0];
client.on('response', ({ status }) => {
  if (status === 429) refused += 1;
  else answered += 1;
});
const print = () => say(`${answered} answered, ${client.rateLimit?.waiting ?? 0} waiting, ${refused} refused`);
const timer = setInterval(print, 1_000);
const ids = Array.from({ length: 250 }, () => sandbox.state.users.create().id);
const users = await Promise.all(ids.map((id) => client.users.get(id)));
clearInterval(timer);
say(`${users.length} users read, and ${refused} requests refused.`);
say(dim('No call failed: each waited for its turn.'));

step('Survive an outage');
sandbox.faults.next({ status: 503, times: 2 });
client.on('retry', ({ status, attempt, delay }) =>
  say(dim(`Attempt ${attempt} got ${status}. The next one follows in ${delay} ms.`)),
);
say(`Found ${(await client.users.get(user.id)).name} after all.`);

step('Receive a webhook');
const receiver = createServer();
await once(receiver.listen(0, '127.0.0.1'), 'listening');
const { port } = receiver.address() as AddressInfo;
const { secret } = sandbox.webhooks.register({ url: `http://127.0.0.1:${port}/webhooks` });
const webhooks = new Webhooks({ secret });
const receive = webhooks.nodeHandler();
receiver.on('request', (request, response) => void receive(request, response));
webhooks.on('user.created', ({ data }) => say(`Welcome, ${data.name}! ${dim('The signature was verified.')}`));
await client.users.create({ name: 'Ada Lovelace', email: 'ada@example.com', password: 'secure_password' });
await sandbox.webhooks.flush();

step('Next');
say(dim('Keep a local API running, with its dashboard:'));
say('npx @example/sandbox');
say(dim('Call it from another terminal:'));
say('EXAMPLE_BASE_URL=http://127.0.0.1:4010/v1 EXAMPLE_API_TOKEN=sandbox_token npx node examples/quick-start.ts');
say(dim('Then read README.md and docs/tasks.md.'));
receiver.close();
await sandbox.close();
