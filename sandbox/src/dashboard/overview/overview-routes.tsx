import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import type { Details } from '../../http/failure.ts';
import { parseFields } from '../../http/parse-fields.ts';
import { resources } from '../../resources/index.ts';
import { tokenInfo } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { firstCurl, firstProgram, usableToken } from './first-call.ts';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { durationText } from '../parts/duration.ts';
import { Overview } from './overview.tsx';
import { tokenBudgets } from '../tokens/rate-limits.tsx';

/** Number of requests to show. */
const shownRequests = 8;

const hundredYears = 3_155_760_000;
const advanceMessage = 'Must be a number of seconds, from 0 to a hundred years.';
const advanceSchema = z.object({
  seconds: z.number(advanceMessage).check(z.minimum(0, advanceMessage), z.maximum(hundredYears, advanceMessage)),
});

export function overviewRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const routes = new Hono();

  const overview = async (context: Context, errors?: Details) => {
    const { store, webhooks, faults, log, traffic, clock, windows } = services;
    const { origin } = new URL(context.req.url);
    const apiToken = await usableToken(services);
    const now = clock.now();
    const latest = log.page({}, { limit: shownRequests });
    const data = {
      baseUrl: `${origin}/v1`,
      apiToken,
      curl: firstCurl(origin, apiToken),
      program: firstProgram(origin, apiToken),
      faults: faults.list,
      traffic: { series: traffic.series(undefined, now), interval: traffic.interval, now },
      budgets: tokenBudgets(services),
      latest,
      tokens: store.tokens.all.map(tokenInfo),
      counts: {
        records: resources.map((resource) => ({ name: resource.name, count: store.records(resource).size })),
        requests: latest.requests.length + latest.older,
        webhooks: webhooks.endpoints.length,
        pendingDeliveries: store.deliveryIndex.pending,
        failedDeliveries: store.deliveryIndex.failed,
      },
      clock: { now, offset: clock.offset, window: windows.rate.window },
      errors,
    };
    return dashboard.page(context, 'Overview', <Overview data={data} />, { status: errors === undefined ? 200 : 422 });
  };

  routes.get('/', (context) => overview(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'advance': {
        const text = field(form, 'seconds');
        const seconds = text === '' ? undefined : Number(text);
        const { errors } = await attempted(() => {
          services.clock.advance(parseFields(advanceSchema, { seconds }).seconds * 1000);
        });
        if (errors !== undefined) return overview(context, errors);
        return dashboard.done(context, '/dashboard', {
          text: `The clock is ${durationText(services.clock.offset)} ahead.`,
        });
      }
      case 'reset':
        await services.reset();
        return dashboard.done(context, '/dashboard', { text: 'The initial state is restored.' });
      default:
        throw unknownAction();
    }
  });

  return routes;
}
