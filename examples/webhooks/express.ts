// Express 5. The webhook route comes before express.json(), because it needs the raw body.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/express.ts
import express from 'express';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const app = express();
app.post('/webhooks', webhooks.nodeHandler());
app.use(express.json());
app.post('/echo', (request, response) => void response.json(request.body));
app.listen(Number(process.env['PORT'] ?? 3000));
