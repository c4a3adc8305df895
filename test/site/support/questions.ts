/** What someone types into the search box, and the pages that answer it. */
export type Question = readonly [query: string, answers: readonly string[]];

/** What a newcomer asks. Each of these has to be answered. */
export const essential: readonly Question[] = [
  ['how do I share the limit among pods?', ['guides/rate-limits/']],
  ['is it safe to retry a POST', ['guides/retries/']],
  ['verify webhook signature in Express', ['guides/webhook-servers/', 'guides/webhooks/']],
  ['test my code without network', ['guides/testing/', 'sandbox/']],
  ['iterate over all projects', ['guides/pagination/']],
];

/** Nothing was changed for one of these: they show what the search does with a question that nobody has prepared. */
export const heldOut: readonly Question[] = [
  ['use the same api key on multiple servers', ['guides/rate-limits/']],
  ['ECONNRESET', ['guides/errors/', 'guides/retries/']],
  ['disable retries', ['guides/retries/']],
  ['idempotency key', ['guides/retries/', 'reference/assumptions/']],
  ['how do I use a corporate proxy', ['guides/networks/']],
  ['No signatures found matching the expected signature for payload', ['guides/webhooks/']],
  ['webhook route handler in nextjs app router', ['guides/webhook-servers/', 'guides/webhooks/']],
  ['rotate webhook secret', ['guides/webhooks/']],
  ['how to get the next page', ['guides/pagination/']],
  ['continue a list after a crash', ['guides/pagination/', 'guides/tasks/']],
  ['items missing while list changes', ['guides/pagination/']],
  ['simulate a 500 error in tests', ['guides/testing/', 'sandbox/']],
  ['OpenTelemetry spans', ['guides/observability/']],
  ['enable debug logging', ['guides/observability/']],
  ['where is the request id', ['guides/errors/']],
  ['422 which field is invalid', ['guides/errors/']],
  ['deno support', ['reference/compatibility/']],
  ['blocked by CORS policy', ['guides/browsers/', 'guides/networks/']],
  ['401 invalid token', ['guides/errors/']],
  ['cancel a request with AbortController', ['guides/errors/', 'guides/retries/']],
  ['call an endpoint that is missing in the sdk', ['guides/endpoints/']],
  ['nightly cron job sync projects', ['guides/tasks/']],
  ['batch job slows down interactive requests', ['guides/rate-limits/']],
  ['Next.js returns cached stale data', ['guides/networks/']],
  ['pagnation', ['guides/pagination/']],
  ['ratelimit', ['guides/rate-limits/']],
  ['memory usage of a large list', ['guides/pagination/']],
  ['circuit breaker when the api is down', ['guides/retries/']],
  ['WebhookVerificationError timestamp too old', ['guides/webhooks/']],
  ['typescript type of a user', ['api/']],
  ['RateLimitWaitError', ['guides/rate-limits/', 'guides/errors/', 'api/']],
  ['priority of calls', ['guides/rate-limits/']],
];
