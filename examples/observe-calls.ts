// Seeing each call from start to end. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { Client } from '@example/sdk';

const client = new Client();

// Adds a header to each attempt, so that you can match your log with the API's.
client.on('request', ({ headers, callId, attempt }) => {
  headers['x-correlation-id'] = `${callId}/${attempt}`;
});
client.on('retry', ({ route, attempt, delay }) => {
  console.log(`Attempt ${attempt} of ${route} failed. The next one follows in ${Math.round(delay)} ms.`);
});
// Exactly once for each call, however it ended.
client.on('callEnd', ({ method, route, outcome, status, attempts }) => {
  console.log(`${method} ${route}: ${outcome}, ${status ?? 'no status'}, ${attempts} attempts`);
});

await client.projects.list({ per_page: 1 });
await client.users.get('user_nobody').catch(() => undefined);
await client.users.get('').catch(() => undefined); // refused by the SDK, and never sent

const { requestId } = await client.projects.list({ per_page: 1 }).withResponse();
console.log(`Quote this id to support: ${requestId}`);
