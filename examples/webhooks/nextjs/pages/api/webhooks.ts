// Next.js, Pages Router: POST /api/webhooks. The config keeps Next.js from parsing the body.
import { Webhooks } from '@example/sdk/webhooks';

export const config = { api: { bodyParser: false } };

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

export default webhooks.nodeHandler();
