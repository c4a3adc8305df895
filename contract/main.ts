// Checks each assumption of docs/assumptions.md against an API, and prints a table. Exits with 1 if one doesn't hold.
//
//   EXAMPLE_BASE_URL=… EXAMPLE_API_TOKEN=… npm run contract
//
// By default, it only reads, and stays within the rate limit. Use the token of an account for tests:
//
//   --write             also creates users, all with an address such as sdk-contract-test+…@example.com
//   --exceed-limit      uses up a window and sends one request more, which other programs with this token notice
//   --webhook-url URL   a tunnel to this machine (--port, by default 4020) that is registered for user.created; with --write
//   --wait SECONDS      how long to wait for a delivery; by default 600
//   --delivery FILE     saved deliveries: { "headers": { … }, "body": "…" }, or a list of them
//
// Signatures are checked with EXAMPLE_WEBHOOK_SECRET.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client } from '@example/sdk';
import { serve } from '@hono/node-server';
import { Api } from './api.ts';
import { readDeliveries, Receiver } from './deliveries.ts';
import { report, runChecks } from './run.ts';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    'exceed-limit': { type: 'boolean', default: false },
    'webhook-url': { type: 'string' },
    port: { type: 'string', default: '4020' },
    wait: { type: 'string', default: '600' },
    delivery: { type: 'string' },
  },
});
const { EXAMPLE_BASE_URL: baseUrl, EXAMPLE_API_TOKEN: apiToken, EXAMPLE_WEBHOOK_SECRET: webhookSecret } = process.env;

/** Receives deliveries for the URL, once it is sure that it leads here. */
async function receive(url: string, port: number) {
  const receiver = new Receiver();
  const server = serve({ fetch: receiver.handle, hostname: '127.0.0.1', port });
  await once(server, 'listening');
  const answer = await fetch(url).then((response) => response.text(), String);
  if (answer !== receiver.mark) {
    server.close();
    throw new Error(`${url} does not lead to http://127.0.0.1:${port}: ${answer.slice(0, 200)}`);
  }
  return { receiver, close: () => server.close() };
}

async function main(): Promise<boolean> {
  // Not the public API by default: a run can create users.
  if (!baseUrl || !apiToken) throw new Error('Set EXAMPLE_BASE_URL and EXAMPLE_API_TOKEN.');
  if (flags['webhook-url'] !== undefined && !flags.write) throw new Error('--webhook-url needs --write.');
  // Fails as the SDK does if the address or the token is wrong.
  await new Client({ baseUrl, apiToken }).projects.list({ page: 1, per_page: 1 });
  const saved = flags.delivery === undefined ? [] : readDeliveries(readFileSync(flags.delivery, 'utf8'));
  const webhooks =
    flags['webhook-url'] === undefined ? undefined : await receive(flags['webhook-url'], Number(flags.port));
  try {
    const findings = await runChecks(new Api(baseUrl, apiToken), {
      write: flags.write,
      exceedLimit: flags['exceed-limit'],
      receiver: webhooks?.receiver,
      patience: Number(flags.wait) * 1_000,
      saved,
      webhookSecret,
    });
    console.log(report(findings));
    return [...findings.values()].every(({ verdict }) => verdict !== "doesn't hold");
  } finally {
    webhooks?.close();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
