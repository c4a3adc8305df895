// The main job, from start to end, on the local API over real HTTP: `npm run demo`.
import { styleText } from 'node:util';
import { Client, NotFoundError, UnprocessableEntityError } from '@example/sdk';
import { createSandbox } from '@example/sandbox';

const step = (title: string) => console.log(`\n${styleText('bold', title)}`);
const dim = (text: string) => styleText('dim', text);

const sandbox = createSandbox();
const server = await sandbox.listen();
const client = new Client({ apiToken: sandbox.apiToken, baseUrl: server.url });
console.log(`The local API is at ${styleText('cyan', server.url)}`);

step('Create a user, and read it back');
const created = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
const user = await client.users.get(created.id);
console.log(`  ${user.id}  ${user.name} <${user.email}>  ${dim(user.created_at)}`);

step('Every project, page after page');
const ids = new Set<string>();
for await (const page of client.projects.list().pages()) {
  for (const project of page.data) ids.add(project.id);
  const { current_page, total_pages, total_count } = page.meta;
  const bar = '█'.repeat(current_page * 4) + '░'.repeat((total_pages - current_page) * 4);
  console.log(`  page ${current_page} of ${total_pages}  ${bar}  ${ids.size} of ${total_count}`);
}

step('Only the active ones');
const active = await client.projects.list({ status: 'active', per_page: 3 });
console.log(`  ${active.meta.total_count} projects, such as ${active.data.map((project) => project.name).join(', ')}`);

step('Errors have a type');
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

step('The rate limit falls with every call');
for (let call = 0; call < 3; call++) {
  const { rateLimit } = await client.users.get(user.id).withResponse();
  console.log(`  ${rateLimit?.remaining} of ${rateLimit?.limit} calls left in this minute`);
}
console.log(dim('  When none is left, the next call waits for the new minute instead of failing.'));

await sandbox.close();
