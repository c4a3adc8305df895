import { untilWindowEnd } from './api.ts';
import { type Check, count, fails, holds, unclear } from './check.ts';

export const rateLimitChecks: readonly Check[] = [
  {
    id: 'reset-unit',
    remedy: 'Set `rateLimit: { limit, window }`, or read the unit in `parseRateLimit` of src/rate-limit/headers.ts.',
    run: async ({ api }) => {
      const exchange = await api.send('GET', '/projects?per_page=1');
      const reset = exchange.headers.get('x-ratelimit-reset');
      if (reset === null) return unclear('There is no X-RateLimit-Reset.', exchange);
      const left = untilWindowEnd(exchange);
      return left === undefined
        ? fails(`X-RateLimit-Reset: ${reset} is no time in epoch seconds.`, exchange)
        : holds(`X-RateLimit-Reset: ${reset} is in ${Math.round(left / 1_000)} s.`, exchange);
    },
  },
  {
    id: 'other-limits',
    remedy: 'Set `rateLimit: { limit, window }` to the other limit, or use fewer calls at once.',
    run: async ({ api }) => {
      // As many as the SDK sends at once before it knows a window.
      await api.waitForRoom(10);
      const read = () => api.send('GET', '/projects?per_page=1', { isUnpaced: true });
      await Promise.all(Array.from({ length: 10 }, read));
      const refused = api.exchanges.filter(({ status }) => status === 429);
      const others = refused.filter(({ headers }) => headers.get('x-ratelimit-remaining') !== '0');
      const sent = count(api.exchanges.length, 'request');
      return others.length > 0
        ? fails(`Of ${sent}, ${others.length} were refused while the window had room.`, ...others)
        : holds(`Of ${sent}, ten of them at once, none was refused while the window had room.`);
    },
  },
];
