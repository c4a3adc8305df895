import type { Sandbox, SandboxOptions } from '@example/sandbox';
import type { Client, ClientOptions } from '@example/sdk';
import type { WebhooksOptions } from '@example/sdk/webhooks';

/** What a program finds in the page, and what it makes of it. */
export interface Environment {
  /** Loads a module that the program imports. @throws {Error} when the page has no such module. */
  readonly load: (name: string) => Promise<object>;
  /** The copies of the API: the page's, and after it those that the program makes. */
  readonly sandboxes: readonly Sandbox[];
  readonly clients: readonly Client[];
  /** Sends an event to a program that has only registered handlers. */
  readonly tryOut: () => void;
}

const secret = `whsec_${btoa('playground playground ok')}`;
/** Where the API sends its webhooks; the program's handler answers there. */
const receiver = 'https://playground.example/webhooks';

/** Gives the global scope the API's `fetch`, `sandbox` and `process`. */
export async function createEnvironment(): Promise<Environment> {
  const [sdk, { createSandbox }] = await Promise.all([import('@example/sdk'), import('@example/sandbox')]);
  const sandboxes: Sandbox[] = [];
  const clients: Client[] = [];
  let handler: ((request: Request) => Promise<Response>) | undefined;
  const receive = (request: Request) => handler?.(request) ?? Promise.resolve(new Response(null, { status: 204 }));

  const create = (options: SandboxOptions = {}) => {
    const fetch = (url: string, init: RequestInit) => receive(new Request(url, init));
    const sandbox = createSandbox({ ...options, webhooks: { fetch, ...options.webhooks } });
    sandboxes.push(sandbox);
    return sandbox;
  };
  const api = create({
    apiToken: 'playground_token',
    users: 3,
    webhooks: { endpoints: [{ url: receiver, secret }] },
  });
  Object.assign(globalThis, {
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const request = new Request(input, init);
      return request.url === receiver ? receive(request) : api.fetch(request);
    },
    sandbox: api,
    process: { env: { EXAMPLE_API_TOKEN: api.apiToken, EXAMPLE_WEBHOOK_SECRET: secret, RECEIVER_URL: receiver } },
  });

  /** What a program can import. */
  const modules: Readonly<Record<string, () => Promise<object> | object>> = {
    '@example/sdk': () => ({
      ...sdk,
      Client: class extends sdk.Client {
        constructor(options?: ClientOptions) {
          super({ dangerouslyAllowBrowser: true, ...options });
          clients.push(this);
        }
      },
    }),
    '@example/sdk/webhooks': async () => {
      const webhooks = await import('@example/sdk/webhooks');
      return {
        ...webhooks,
        Webhooks: class extends webhooks.Webhooks {
          constructor(options?: WebhooksOptions) {
            super(options);
            handler = this.handler();
          }
        },
      };
    },
    '@example/sdk/rate-limit': () => import('@example/sdk/rate-limit'),
    '@example/sandbox': () => ({ createSandbox: create }),
  };

  return {
    sandboxes,
    clients,
    load: async (name) => {
      const module = Object.hasOwn(modules, name) ? await modules[name]?.() : undefined;
      if (module === undefined) throw new Error(`The playground has no module ${name}.`);
      return { ...module, __esModule: true };
    },
    tryOut: () => {
      const endpoint = api.webhooks.endpoints[0];
      const isIdle = sandboxes.every(({ webhooks: { deliveries } }) => deliveries.length === 0);
      if (handler && endpoint && isIdle) api.webhooks.sendTest(endpoint.id);
    },
  };
}
