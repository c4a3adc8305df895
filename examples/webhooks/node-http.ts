// node:http, without a framework. Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/node-http.ts
import { createServer } from 'node:http';
import { Webhooks } from '@example/sdk/webhooks';

const webhooks = new Webhooks(); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.nodeHandler();

const server = createServer((request, response) => {
  if (request.url === '/webhooks') void receive(request, response);
  else response.writeHead(404).end();
});
server.listen(Number(process.env['PORT'] ?? 3000));
