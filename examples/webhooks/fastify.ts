// Fastify 5. The webhook has its own scope, in which Fastify does not parse bodies.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/fastify.ts
import fastify from 'fastify';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.nodeHandler();

const app = fastify();
app.register((scope, _options, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  scope.post('/webhooks', async (request, reply) => {
    reply.hijack();
    await receive(request.raw, reply.raw);
  });
  done();
});
app.post('/echo', (request, reply) => reply.send(request.body));
await app.listen({ port: Number(process.env['PORT'] ?? 3000) });
