import { isLoopbackHost } from '../http/access.ts';
import { assembleSandbox } from '../sandbox.ts';
import { listen } from '../server.ts';
import type { RateLimit } from '../state/rate-windows.ts';
import { byResource, type Records } from '../resources/index.ts';
import { openJournal } from '../storage/sqlite-journal.ts';
import { messageOf } from '../utils/json.ts';
import { attemptLines, requestLines } from './log-lines.ts';
import { localToken } from './option-values.ts';
import { CommandError, type CommandIO } from './process-io.ts';
import { welcome } from './welcome.ts';

export interface ServeOptions extends Partial<Record<keyof Records, number>> {
  readonly port: number;
  readonly host: string;
  readonly allowedHost?: readonly string[];
  readonly cors?: readonly string[];
  /** API token; without it, that of every sandbox on this machine, or a new one if other machines can reach it. */
  readonly token?: string;
  readonly webhook?: readonly string[];
  readonly rateLimit: RateLimit;
  readonly latency: number;
  /** File to store the state in. */
  readonly data?: string;
}

export async function serve(options: ServeOptions, io: CommandIO): Promise<number> {
  const { port, host, allowedHost: allowedHosts, cors, webhook = [], data, rateLimit, latency } = options;
  const { out, env } = io;
  const journal = data === undefined ? undefined : await openJournal(data);
  const sandbox = assembleSandbox(
    {
      ...byResource(({ name }) => options[name]),
      // A sandbox that other machines reach has a token that nobody knows.
      apiToken: options.token ?? (isLoopbackHost(host) ? localToken : undefined),
      webhooks: { endpoints: webhook.map((url) => ({ url, secret: env['EXAMPLE_WEBHOOK_SECRET'] })) },
      rateLimit,
      latency,
    },
    { listen, journal },
  );
  const { apiToken, webhooks } = sandbox;
  try {
    const server = await sandbox.listen({ port, host, allowedHosts, cors }).catch((error: unknown) => {
      const remedy = 'Choose another address with --host, or use --port 0 for a free port.';
      throw new CommandError(`The sandbox can't listen: ${messageOf(error)}. ${remedy}`);
    });
    // Nobody can connect to the address that stands for all.
    const url = server.url.replace(/(?<=\/\/)(0\.0\.0\.0|\[::\])/, '127.0.0.1');
    if (!isLoopbackHost(host)) {
      io.error.text(
        `Warning: everyone who can reach ${host} can use the dashboard and the control API, which need no login. Only registering a webhook needs the API token.`,
      );
    }
    out.lines(welcome({ url, apiToken, data, webhooks: webhooks.endpoints, ...rateLimit }));
    sandbox.onRequest((request) => out.lines(requestLines(request, out.columns)));
    webhooks.subscribe((delivery, attempt, { url: to }) => out.lines(attemptLines(delivery, attempt, to, out.columns)));
    await io.stopped();
  } finally {
    await sandbox.close();
  }
  return 0;
}
