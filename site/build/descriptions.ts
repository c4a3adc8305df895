/** What search engines show below the title of a page. Others show the first sentence of the page. */
export const descriptions: Readonly<Record<string, string>> = {
  'guides/overview': 'All that the SDK does for you: rate limits, retries, lists, webhooks, options and events.',
  'guides/tasks':
    'Sync projects each night, import thousands of users, share a token among services, and move from another client.',
  'guides/testing':
    'Test with the sandbox, msw, a fake fetch and fake timers, in Vitest and in Jest, without one test reaching another.',
  'guides/options':
    'Every option of a client and of a call, with its default: timeouts, retries, headers, logging and others.',
  'guides/errors':
    'One class of error for each way in which a call can fail, what each holds, and how to tell them apart.',
  'guides/retries':
    'Which calls the SDK repeats and when, why none happens twice, and how timeouts and idempotency keys work.',
  'guides/rate-limits':
    'How calls wait for the rate limit instead of failing, and how processes and machines share one token.',
  'guides/pagination':
    'Read lists to the end with each item exactly once, page by page or all at once, and continue after a crash.',
  'guides/webhooks':
    'Verify and handle webhooks in any server, handle each event once, rotate secrets, and test your endpoint.',
  'guides/webhook-servers':
    'The lines that receive webhooks in Express, Fastify, Koa, NestJS, Hono, Next.js, Bun, Deno, Workers and clouds.',
  'guides/endpoints': 'Call and list endpoints that the SDK has no method for, with a schema, in the same safe way.',
  'guides/browsers': 'Use the SDK in a page: which tokens a page may have, CORS, frameworks and service workers.',
  'guides/networks': 'Proxies, certificates, caches, and a fetch of your own.',
  'guides/observability': 'Events of each call, logging, metrics and OpenTelemetry traces.',
};
