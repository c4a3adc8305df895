// Fastify 4 or 5. The webhook is received before Fastify parses its body.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/fastify.ts
import fastify from 'fastify';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.nodeHandler();

const app = fastify();
app.post(
  '/webhooks',
  {
    onRequest: (request, reply) => {
      reply.hijack(); // the handler responds, not Fastify
      return receive(request.raw, reply.raw);
    },
  },
  () => undefined,
);
app.post('/echo', (request, reply) => reply.send(request.body));
await app.listen({ port: Number(process.env['PORT'] ?? 3000) });
