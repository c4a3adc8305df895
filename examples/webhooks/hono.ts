// Hono on Node. On Bun, Deno and Cloudflare Workers, only `serve` differs.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/hono.ts
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.handler();

const app = new Hono();
app.post('/webhooks', (context) => receive(context.req.raw));
serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000) });
