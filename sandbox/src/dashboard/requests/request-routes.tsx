import { type Context, Hono } from 'hono';
import { Failure, found } from '../../http/failure.ts';
import { parseRequestFilter } from '../../state/request-filter.ts';
import type { Dashboard } from '../dashboard.tsx';
import { step } from '../parts/lists.ts';
import { firstCurl } from './reproduce.ts';
import { RequestDetail } from './request-detail.tsx';
import { runs } from './request-row.tsx';
import { href, Requests, type RequestsView } from './requests.tsx';

export function requestRoutes(dashboard: Dashboard): Hono {
  const { log, store, tokens, apiToken } = dashboard.services;
  const routes = new Hono();

  const view = (context: Context, selected?: string): RequestsView => {
    const query = context.req.query();
    const filter = parseRequestFilter(query);
    const rows = runs(log.matching(filter));
    // The list is as long as the request beside it needs.
    const index = rows.findIndex(({ all }) => all.some(({ id }) => id === selected));
    const shown = Math.max(Number(query['shown']) || step, index + 1);
    return { rows, shown, filter, tokens: tokens.list(), selected, run: query['run'] };
  };

  routes.get('/', (context) => {
    const curl = firstCurl(new URL(context.req.url).origin, apiToken);
    return dashboard.page(context, 'Requests', <Requests view={view(context)} curl={curl} />);
  });

  routes.get('/:id', (context) => {
    const id = context.req.param('id');
    const request = log.get(id);
    if (request === undefined) {
      throw new Failure(404, 'not_found', `The log has no request ${id}. It is kept in memory: the latest 10,000.`);
    }
    const shown = view(context, id);
    return dashboard.page(
      context,
      `${request.method} ${request.target}`,
      <Requests view={shown} curl="">
        <RequestDetail
          request={request}
          deliveries={store.deliveries.all
            .filter((delivery) => delivery.request === id)
            .map((delivery) => ({ delivery, endpoint: found(store.endpoints.get(delivery.endpoint), 'webhook', '') }))}
          token={store.tokens.get(String(request.token))}
          origin={new URL(context.req.url).origin}
          close={href({ ...shown, selected: undefined })}
        />
      </Requests>,
    );
  });

  return routes;
}
