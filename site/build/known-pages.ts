interface Known {
  /** What search engines show below the title. Other pages show their first sentence. */
  readonly description?: string;
  /** What the search finds the page by, beside its title. */
  readonly names?: string;
}

/** What the files don't say of their pages, in the order of the sidebar. */
export const known: Readonly<Record<string, Known>> = {
  start: { names: 'install, installation, getting started, quick start, token' },
  'start/express': {},
  'start/nextjs': { names: 'nextjs' },
  'start/hono': {},
  'start/workers': { names: 'workers' },
  'guides/tasks': {
    description:
      'Sync projects each night, import thousands of users, share a token among services, and move from another client.',
    names: 'migrate, sync, import, upgrade',
  },
  'guides/options': {
    description:
      'Every option of a client and of a call, with its default: timeouts, retries, headers, logging and others.',
    names: 'configuration, settings, token, API key, baseUrl',
  },
  'guides/errors': {
    description:
      'One class of error for each way in which a call can fail, what each holds, and how to tell them apart.',
    names: 'error handling, exceptions, 400, 401, 403, 404, 409, 422, 500, validation, request id',
  },
  'guides/retries': {
    description:
      'Which calls the SDK repeats and when, why none happens twice, and how timeouts and idempotency keys work.',
    names: 'retry, timeout, cancel, cancellation, abort, AbortSignal, backoff, idempotency, idempotency key, 503',
  },
  'guides/rate-limits': {
    description:
      'How calls wait for the rate limit instead of failing, and how processes and machines share one token.',
    names: '429, limits, ratelimit, rate limiting, too many requests, throttling, queue, concurrency, redis, sqlite',
  },
  'guides/pagination': {
    description:
      'Read lists to the end with each item exactly once, page by page or all at once, and continue after a crash.',
    names: 'pagination, lists, pages, next page, cursor, iterate, for await',
  },
  'guides/webhooks': {
    description:
      'Verify and handle webhooks in any server, handle each event once, rotate secrets, and test your endpoint.',
    names: 'webhook events, signature, secret, test webhooks, replay',
  },
  'guides/webhook-servers': {
    description:
      'The lines that receive webhooks in Express, Fastify, Koa, NestJS, Hono, Next.js, Bun, Deno, Workers and clouds.',
    names: 'fastify, koa, nestjs, lambda',
  },
  'guides/testing': {
    description:
      'Test with the sandbox, msw, a fake fetch and fake timers, in Vitest and in Jest, without one test reaching another.',
    names: 'tests, mock, mocking, jest, vitest, msw, fake timers',
  },
  'guides/endpoints': {
    description: 'Call and list endpoints that the SDK has no method for, with a schema, in the same safe way.',
    names: 'custom endpoint, raw response, headers',
  },
  'guides/observability': {
    description: 'Events of each call, logging, metrics and OpenTelemetry traces.',
    names: 'logging, logs, events, debug, metrics, OpenTelemetry, tracing',
  },
  'guides/networks': {
    description: 'Proxies, certificates, caches, and a fetch of your own.',
    names: 'proxy, certificate, network, fetch',
  },
  'guides/browsers': {
    description: 'Use the SDK in a page: which tokens a page may have, CORS, frameworks and service workers.',
    names: 'browser, CORS, React',
  },
  sandbox: { names: 'sandbox, local API, mock server, dashboard' },
  'project/changelog': { names: 'changelog, release notes' },
  'project/contributing': {
    description: 'Install the repository, find your way around it, test a change, and publish a release.',
  },
  'reference/benchmarks': {
    description: 'How many requests each client gets refused, and what a call, an import and a changing list cost.',
    names: 'benchmarks, performance, overhead, bundle size',
  },
  'reference/compatibility': { names: 'TypeScript, Node.js, Deno, Bun, versions, React Native' },
};
