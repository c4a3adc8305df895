import { type Line, style } from './terminal.ts';

/** What the command line says about a sandbox that has started. */
interface Started {
  /** Base URL. */
  readonly url: string;
  readonly apiToken: string;
  readonly limit: number;
  readonly window: number;
  readonly data: string | undefined;
  readonly webhooks: readonly { readonly url: string; readonly secret: string }[];
}

/** The lines that the command line prints once the sandbox is listening. */
export function welcome({ url, apiToken, limit, window, data, webhooks }: Started): Line[] {
  const line = (name: string, value: string): Line => ['  ', style.faint(name.padEnd(11)), value];
  const [first] = webhooks;
  return [
    [],
    [style.bold('The Example API runs on this machine. Ctrl-C stops it.')],
    [],
    line('URL', url),
    line('Dashboard', new URL('/dashboard', url).href),
    line('Limit', `${limit} requests per ${window / 1000} s`),
    line('State', data === undefined ? 'in memory' : `stored in ${data}`),
    ...webhooks.flatMap((webhook) => [
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
