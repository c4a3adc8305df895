// Express 5 with express.json() in front. Its `verify` option keeps the raw body.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/express-json-first.ts
import express from 'express';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const app = express();
app.use(
  express.json({
    verify: (request, _response, buffer) => {
      Object.assign(request, { rawBody: buffer });
    },
  }),
);
app.post('/webhooks', webhooks.nodeHandler());
app.post('/echo', (request, response) => void response.json(request.body));
app.listen(Number(process.env['PORT'] ?? 3000));
