/** The questions that each page answers, in readers' words. They are listed at its end, where the search finds them. */
export const questions: Readonly<Record<string, readonly string[]>> = {
  start: ['How do I install it and make my first call?', 'Does it run in a browser, a Worker, Bun or Deno?'],
  'guides/errors': ['How do I handle a user that is not found?', 'How do I tell a timeout from a refused request?'],
  'guides/retries': [
    'Is it safe to retry a POST?',
    'How do I avoid creating something twice?',
    'What happens during an outage?',
  ],
  'guides/rate-limits': [
    'How do I share the limit among pods, containers, workers or machines?',
    'What happens when I make hundreds of calls at once?',
    'How do I keep a batch job from blocking users?',
    'How do I avoid 429 Too Many Requests?',
  ],
  'guides/pagination': [
    'How do I iterate over all projects or load every page?',
    'How do I continue a list after a crash?',
  ],
  'guides/webhooks': [
    'How do I verify a webhook signature in Express, Next.js, Fastify or a Worker?',
    'How do I handle a delivery only once?',
    'How do I receive webhooks on my own machine?',
  ],
  'guides/observability': [
    'How do I log requests or trace calls with OpenTelemetry?',
    'How do I see how long calls wait?',
  ],
  sandbox: [
    'How do I test my code without a network?',
    'How do I simulate errors, latency or an outage?',
    'How do I try the API without an account or a token?',
  ],
};
