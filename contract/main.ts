// Checks each assumption in docs/assumptions.md against an API and prints a table. Exits with 1 if one doesn't hold.
// The page describes all flags but two: --port is the port of the receiver (default: 4020), and --wait is how long to
// wait for a delivery, in seconds (default: 600).
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { Api } from './api.ts';
import { readDeliveries, Receiver } from './deliveries.ts';
import { report, runChecks } from './run.ts';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean' },
    'exceed-limit': { type: 'boolean' },
    'webhook-url': { type: 'string' },
    port: { type: 'string', default: '4020' },
    wait: { type: 'string', default: '600' },
    delivery: { type: 'string' },
  },
});
const { EXAMPLE_BASE_URL: baseUrl, EXAMPLE_API_TOKEN: apiToken, EXAMPLE_WEBHOOK_SECRET: webhookSecret } = process.env;

/** Receives deliveries for the URL, after checking that the URL leads here. */
async function receive(url: string): Promise<Receiver> {
  const receiver = new Receiver();
  const server = serve({ fetch: receiver.handle, hostname: '127.0.0.1', port: Number(flags.port) });
  await once(server, 'listening');
  server.unref();
  const answer = await fetch(url).then((response) => response.text(), String);
  if (answer === receiver.mark) return receiver;
  throw new Error(`${url} does not lead to http://127.0.0.1:${flags.port}: ${answer.slice(0, 200)}`);
}

try {
  // The public API is not the default, because a run can create users.
  if (!baseUrl || !apiToken) throw new Error('Set EXAMPLE_BASE_URL and EXAMPLE_API_TOKEN.');
  const { 'webhook-url': url, delivery: file, wait } = flags;
  if (url !== undefined && flags.write !== true) throw new Error('--webhook-url needs --write.');
  const api = new Api(baseUrl, apiToken);
  // Fails as the SDK does if the address or the token is wrong.
  await api.client.projects.list({ page: 1, per_page: 1 });
  const findings = await runChecks(api, {
    allowed: Object.keys(flags).map((flag) => `--${flag}`),
    receiver: url === undefined ? undefined : await receive(url),
    patience: Number(wait) * 1_000,
    saved: file === undefined ? [] : readDeliveries(readFileSync(file, 'utf8')),
    webhookSecret,
  });
  console.log(report(findings));
  process.exitCode = [...findings.values()].some(({ verdict }) => verdict === "doesn't hold") ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
