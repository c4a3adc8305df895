// The main features, against the local API over HTTP: `npm run demo`.
import { styleText } from 'node:util';
import { Client, NotFoundError, UnprocessableEntityError } from '@example/sdk';
import { createSandbox } from '@example/sandbox';

const step = (title: string) => console.log(`\n${styleText('bold', title)}`);
const dim = (text: string) => styleText('dim', text);

const sandbox = createSandbox();
const server = await sandbox.listen();
const client = new Client({ apiToken: sandbox.apiToken, baseUrl: server.url });
console.log(`The local API runs at ${styleText('cyan', server.url)}`);

step('Create a user and read it back');
const created = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
const user = await client.users.get(created.id);
console.log(`  ${user.id}  ${user.name} <${user.email}>  ${dim(user.created_at)}`);

step('Read every project, page by page');
const ids = new Set<string>();
for await (const page of client.projects.list({ per_page: 20 }).pages()) {
  for (const project of page) ids.add(project.id);
  const { total_count } = page.meta;
  const done = Math.round((ids.size / total_count) * 20);
  console.log(`  ${'█'.repeat(done)}${'░'.repeat(20 - done)}  ${ids.size} of ${total_count}`);
}

step('List only active projects');
const active = await client.projects.list({ status: 'active', per_page: 3 });
console.log(`  ${active.meta.total_count} projects, such as ${active.data.map((project) => project.name).join(', ')}`);

step('Catch typed errors');
try {
  await client.users.get('user_nobody');
} catch (error) {
  if (!(error instanceof NotFoundError)) throw error;
  console.log(`  NotFoundError ${error.status} ${error.code}: ${error.message}`);
}
try {
  await client.users.create({ name: '', email: 'john', password: '123' });
} catch (error) {
  if (!(error instanceof UnprocessableEntityError)) throw error;
  console.log(`  UnprocessableEntityError ${error.status} ${error.code}: ${error.message}`);
  for (const [field, problem] of Object.entries(error.details ?? {})) console.log(`    ${field}: ${String(problem)}`);
}

step('Watch the rate limit');
for (let call = 0; call < 3; call++) {
  const { rateLimit } = await client.users.get(user.id).withResponse();
  console.log(`  ${rateLimit?.remaining} of ${rateLimit?.limit} calls left in this window`);
}
console.log(dim('  When none are left, the next call waits for the next window instead of failing.'));

await sandbox.close();
