// Koa 3. Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/koa.ts
import Koa from 'koa';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.nodeHandler();

const app = new Koa();
app.use(async (context, next) => {
  if (context.path !== '/webhooks') {
    await next();
    return;
  }
  context.respond = false; // the handler responds, not Koa
  await receive(context.req, context.res);
});
app.listen(Number(process.env['PORT'] ?? 3000));
