import { type Context, Hono } from 'hono';
import { Failure } from '../../http/failure.ts';
import { parseRequestFilter } from '../../state/request-filter.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted } from '../parts/form.ts';
import { RequestDetail } from './request-detail.tsx';
import { href, Requests, type RequestsView } from './requests.tsx';

/** Requests per page. */
const rowsPerPage = 50;

export function requestRoutes(dashboard: Dashboard): Hono {
  const { log, store, tokens } = dashboard.services;
  const routes = new Hono();

  const view = async (context: Context, selected?: string): Promise<RequestsView> => {
    const query = context.req.query();
    const { before } = query;
    const parsed = await attempted(() => parseRequestFilter(query));
    const { filter, errors } = 'errors' in parsed ? { ...parsed, filter: {} } : { filter: parsed.value };
    const list = log.page(filter, { limit: rowsPerPage, before });
    return { list, filter, errors, tokens: tokens.list(), before, selected };
  };

  routes.get('/', async (context) => {
    const shown = await view(context);
    return dashboard.page(context, 'Requests', <Requests view={shown} />, { errors: shown.errors });
  });

  routes.get('/:id', async (context) => {
    const id = context.req.param('id');
    const request = log.get(id);
    if (request === undefined) {
      throw new Failure(404, 'not_found', `The log has no request ${id}. It is kept in memory: the latest 10,000.`);
    }
    const shown = await view(context, id);
    return dashboard.page(
      context,
      `${request.method} ${request.target}`,
      <Requests view={shown}>
        <RequestDetail
          request={request}
          deliveries={store.deliveries.all.filter((delivery) => delivery.request === id)}
          token={store.tokens.get(String(request.token))}
          origin={new URL(context.req.url).origin}
          close={href({ ...shown, selected: undefined }, shown.before)}
        />
      </Requests>,
    );
  });

  return routes;
}
