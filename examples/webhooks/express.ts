// Express 5. The webhook's route is above express.json(), because the raw body is needed.
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
