/** Takes the picture of the dashboard that the home page shows: `npm run build && node site/build/dashboard-picture.ts` */
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';
import { launch } from '../../test/support/chromium.ts';

const receiver = (_: string, { body }: RequestInit) =>
  Promise.resolve(new Response(null, { status: typeof body === 'string' && body.includes('Grace') ? 503 : 204 }));
await using sandbox = createSandbox({
  users: 25,
  webhooks: { fetch: receiver, endpoints: [{ url: 'https://shop.example.com/webhooks' }] },
});
const { url } = await sandbox.listen({ port: 0 });
const client = new Client({ apiToken: sandbox.apiToken, baseUrl: url });

sandbox.faults.next({ status: 503, times: 2, route: 'GET /users/{id}' });
await Promise.all(sandbox.state.users.list().map(({ id }) => client.users.get(id)));
for (const name of ['Ada', 'Grace', 'Linus']) {
  await client.users.create({ name, email: `${name.toLowerCase()}@example.com`, password: 'secure_password' });
  await client.users.create({ name, email: 'no address', password: 'secure_password' }).catch(() => undefined);
  await client.projects.list({ status: 'active' });
}

const browser = await launch();
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1.5 });
  await page.goto(new URL('/dashboard', url).href);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `site/src/home/dashboard-${colorScheme}.png` });
}
await browser.close();
