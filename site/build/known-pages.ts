/** What search engines show below the title (or else the first sentence), and what else the search finds a page by, in the order of the sidebar. */
export const known: Readonly<Record<string, { readonly description?: string; readonly names?: string }>> = {
  start: { names: 'install, installation, get started, getting started, token' },
  'start/express': {},
  'start/nextjs': { names: 'nextjs' },
  'start/hono': {},
  'start/workers': { names: 'workers' },
  'guides/tasks': {
    description:
      'Sync projects each night, import thousands of users, share a token among services, and move from another client.',
    names: 'migrate, sync, import, upgrade',
  },
  'guides/options': { names: 'configuration, settings, token, API key, baseUrl' },
  'guides/errors': { names: 'error handling, exceptions, 400, 401, 403, 404, 409, 422, 500, validation' },
  'guides/retries': { names: 'retry, timeout, cancel, abort, AbortSignal, backoff, idempotency, idempotency key, 503' },
  'guides/rate-limits': { names: '429, limits, too many requests, throttling, queue, concurrency, redis, sqlite' },
  'guides/pagination': { names: 'pagination, lists, pages, next page, cursor, iterate, for await' },
  'guides/webhooks': { names: 'webhook events, signature, secret, test webhooks, replay' },
  'guides/webhook-servers': { names: 'fastify, koa, nestjs, lambda' },
  'guides/testing': {
    description:
      'Test with the sandbox, msw, a fake fetch and fake timers, in Vitest and in Jest, without one test reaching another.',
    names: 'tests, mock, mocking, jest, vitest, msw, fake timers',
  },
  'guides/endpoints': { names: 'custom endpoint, raw response, headers' },
  'guides/observability': {
    description: 'Events of each call, logging, metrics and OpenTelemetry traces.',
    names: 'logging, logs, events, debug, metrics, OpenTelemetry, tracing',
  },
  'guides/networks': { names: 'proxy, certificate, network, fetch' },
  'guides/browsers': { description: 'Use the SDK in a page: tokens, CORS, frameworks.', names: 'browser, CORS, React' },
  sandbox: { names: 'sandbox, local API, mock server, dashboard' },
  'internals/project': {},
  'project/changelog': { names: 'changelog, release notes' },
  'reference/benchmarks': {
    description: 'This SDK beside other clients: refused requests, failed calls, lost items, CPU time and size.',
    names: 'benchmarks, performance, overhead, bundle size',
  },
  'api/example/sdk/classes/listpromise': { names: 'pagination' },
  'api/example/sdk/classes/page': { names: 'pagination' },
  'reference/compatibility': { names: 'TypeScript, Node.js, Deno, Bun, versions, React Native' },
};
