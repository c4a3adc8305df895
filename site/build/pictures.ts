/** Takes the pictures of the home page and of links to the site: `npm run build && node site/build/pictures.ts` */
import { setTimeout } from 'node:timers/promises';
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';
import { launch } from '../../test/support/chromium.ts';

const receiver = (_: string, { body }: RequestInit) =>
  Promise.resolve(
    typeof body === 'string' && body.includes('Grace')
      ? Response.json({ message: 'The queue is full.' }, { status: 503 })
      : new Response(null, { status: 204 }),
  );
await using sandbox = createSandbox({
  users: 25,
  webhooks: { fetch: receiver, endpoints: [{ url: 'https://shop.example.com/webhooks' }] },
});
const { url } = await sandbox.listen({ port: 0 });
const client = new Client({ apiToken: sandbox.apiToken, baseUrl: url });

// Two minutes of traffic, so that the chart has bars of five seconds.
for (let second = 0; second < 120; second++) {
  const calls = 1 + Math.round(Math.abs(Math.sin(second / 9)) * 1.2);
  if (second % 30 === 7) sandbox.faults.next({ status: 503, times: 1, route: 'GET /users/{id}' });
  await Promise.all(Array.from({ length: calls }, (_, index) => client.users.get(`user_${124 + index}`)));
  if (second % 25 === 11) {
    const name = ['Ada', 'Linus', 'Margaret', 'Edsger', 'Grace'][Math.floor(second / 25)] ?? '';
    await client.users.create({ name, email: `${name.toLowerCase()}@example.com`, password: 'secure_password' });
    await client.users.create({ name, email: 'no address', password: 'secure_password' }).catch(() => undefined);
  }
  if (second === 60) await client.users.get('user_999').catch(() => undefined);
  await setTimeout(1_000);
}

const browser = await launch();
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1440, height: 810 }, deviceScaleFactor: 4 / 3 });
  await page.goto(new URL('/dashboard', url).href);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `site/src/home/dashboard-${colorScheme}.png` });
}
const card = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await card.setContent(`<body style="margin: 0; padding: 110px 90px; background: #171a2e; color: #fff; font-family: sans-serif">
  <p style="margin: 0; color: #a3adff; font-size: 44px; font-weight: 600">@example/sdk</p>
  <h1 style="margin: 50px 0; font-size: 92px; line-height: 1.1">Calls that wait<br>instead of failing</h1>
  <p style="margin: 0; color: #c9cfdd; font-size: 36px">The official TypeScript client for the Example API</p>`);
await card.screenshot({ path: 'site/public/og.png' });
await browser.close();
