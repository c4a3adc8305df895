import { isLoopbackHost } from '../http/access.ts';
import { assembleSandbox, type Sandbox } from '../sandbox.ts';
import { listen } from '../server.ts';
import type { RateLimit } from '../state/rate-windows.ts';
import { byResource, type Records } from '../resources/index.ts';
import { openJournal } from '../storage/sqlite-journal.ts';
import { messageOf } from '../utils/json.ts';
import { attemptLines, requestLines } from './log-lines.ts';
import { localToken } from './option-values.ts';
import { CommandError, type CommandIO } from './process-io.ts';
import { type Line, style } from './terminal.ts';

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
  const { webhooks } = sandbox;
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
    out.lines(welcome(sandbox, url, options));
    sandbox.onRequest((request) => out.lines(requestLines(request, out.columns)));
    webhooks.subscribe((delivery, attempt, { url: to }) => out.lines(attemptLines(delivery, attempt, to, out.columns)));
    await io.stopped();
  } finally {
    await sandbox.close();
  }
  return 0;
}

/** The lines that the command line prints once the sandbox is listening. */
function welcome({ apiToken, webhooks }: Sandbox, url: string, { rateLimit, data }: ServeOptions): Line[] {
  const line = (name: string, value: string): Line => ['  ', style.faint(name.padEnd(11)), value];
  const [first] = webhooks.endpoints;
  return [
    [],
    [style.bold('The Example API runs on this machine. Ctrl-C stops it.')],
    [],
    line('URL', url),
    line('Dashboard', new URL('/dashboard', url).href),
    line('Limit', `${rateLimit.limit} requests per ${rateLimit.window / 1000} s`),
    line('State', data === undefined ? 'in memory' : `stored in ${data}`),
    ...webhooks.endpoints.flatMap((webhook) => [
      line('Webhook', webhook.url),
      ...(webhook === first ? [] : [line('', webhook.secret)]),
    ]),
    [],
    [style.faint('For the file .env of your app:')],
    [],
    [`EXAMPLE_BASE_URL=${url}`],
    [`EXAMPLE_API_TOKEN=${apiToken}`],
    ...(first === undefined ? [] : [[`EXAMPLE_WEBHOOK_SECRET=${first.secret}`]]),
    [],
    [style.faint('A first request:')],
    [],
    [`curl -H 'Authorization: Bearer ${apiToken}' \\`],
    [`  '${url}/projects?per_page=2'`],
    [],
  ];
}
