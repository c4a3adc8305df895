// Next.js, App Router: POST /webhooks.
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

export const POST = webhooks.handler();
