/** What someone types into the search box, and the pages that answer it. */
export type Query = readonly [query: string, answers: readonly string[]];

const sdk = 'api/example/sdk';

/** Queries, separated by commas, by the pages that answer each. */
const queriesOf = (table: Readonly<Record<string, string>>): readonly Query[] =>
  Object.entries(table).flatMap(([answers, queries]) =>
    queries.split(', ').map((query): Query => [query, answers.split(' ')]),
  );

/** What people type who use an SDK: a word or two. */
export const shortQueries = queriesOf({
  'guides/pagination/': 'pagination, cursor',
  'guides/rate-limits/': '429, redis, rate limit, limits',
  'guides/retries/': 'timeout, retry, abort, cancel, idempotency',
  'guides/errors/': 'errors, 401',
  'guides/webhooks/': 'webhooks, signature',
  'guides/webhooks/ guides/testing/': 'test webhooks',
  'guides/testing/': 'mock, jest',
  'guides/options/': 'options',
  'guides/options/ start/': 'token',
  'guides/observability/': 'logging, opentelemetry',
  'guides/networks/': 'proxy',
  'guides/browsers/': 'CORS, browser',
  'start/': 'install, getting started',
  'start/nextjs/': 'nextjs',
  'start/express/': 'express',
  'sandbox/': 'sandbox',
  'project/changelog/': 'changelog',
  'reference/benchmarks/': 'benchmarks',
  'reference/compatibility/': 'TypeScript',
  'reference/compatibility/ guides/webhook-servers/': 'deno',
  [`${sdk}/classes/client/`]: 'Client',
  [`${sdk}/classes/ratelimitwaiterror/`]: 'RateLimitWaitError',
  [`${sdk}/classes/listpromise/`]: 'ListPromise',
  [`${sdk}/classes/apierror/`]: 'APIError',
  [`${sdk}/interfaces/clientoptions/`]: 'ClientOptions',
  [`${sdk}/webhooks/functions/verifywebhook/`]: 'verifyWebhook',
});

/** What people ask in a few words more. */
export const longQueries = queriesOf({
  'guides/pagination/': 'how do I get all users',
  'guides/pagination/ guides/tasks/': 'resume a list after a restart',
  'guides/rate-limits/': 'share rate limit between servers, prioritize requests of users over background jobs',
  'guides/rate-limits/ guides/errors/': 'too many requests error',
  'guides/retries/': 'how to turn off retries',
  'guides/retries/ guides/options/': 'set a timeout for one call',
  'guides/errors/': 'which field failed validation',
  'guides/webhooks/': 'duplicate webhook events',
  'guides/webhook-servers/ guides/webhooks/': 'verify webhook signature in fastify',
  'guides/webhook-servers/ start/workers/': 'receive webhooks in a cloudflare worker',
  'guides/testing/': 'mock the client in vitest, run tests with fake timers',
  'sandbox/ start/': 'run the API locally without an account',
  'start/ guides/options/ guides/errors/': 'where to put the api token',
  'guides/browsers/': 'use the sdk in a react app',
  'guides/networks/': 'send requests through a proxy, self signed certificate',
  'guides/observability/': 'log every request',
  'guides/endpoints/': 'call an endpoint the sdk does not have',
  [`guides/endpoints/ guides/errors/ ${sdk}/classes/apipromise/`]: 'get response headers',
  'guides/tasks/': 'migrate from axios, import many users at once',
  'reference/compatibility/': 'supported node versions',
});
