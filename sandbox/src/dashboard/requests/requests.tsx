import { type Context, Hono } from 'hono';
import type { Child } from 'hono/jsx';
import { Failure, found } from '../../http/failure.ts';
import { parseRequestFilter, type RequestFilter, requestKinds } from '../../state/request-filter.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { TokenInfo } from '../../state/tokens.ts';
import type { Dashboard } from '../dashboard.tsx';
import { step, searchOf } from '../parts/lists.ts';
import { Card, Code, Copy, Empty, PageHead, Pill, Rest, Rows } from '../parts/components.tsx';
import { type Choice, choices, Select } from '../parts/fields.tsx';
import { count, number } from '../parts/numbers.ts';
import { firstCurl } from './reproduce.ts';
import { RequestDetail } from './request-detail.tsx';
import { runs, Repeat, RequestRow, requestTable } from './request-row.tsx';

interface RequestsView {
  /** All that match the filter, newest first. */
  readonly rows: ReturnType<typeof runs>;
  /** How many rows are shown. */
  readonly shown: number;
  readonly filter: RequestFilter;
  readonly tokens: readonly TokenInfo[];
  /** Id of the request that is shown beside the list. */
  readonly selected: string | undefined;
  /** Id of the oldest request of the run that is shown whole. */
  readonly run: string | undefined;
  /** The first command to try. */
  readonly curl: string;
}

/** How many requests of a run are shown at first. */
const few = 5;

export const waiting = <Pill tone="good">● Waiting for your first request…</Pill>;

function Requests({ view, children }: { view: RequestsView; children?: Child }) {
  const { rows, shown, selected, filter, curl } = view;
  const list = rows.slice(0, shown);
  const requestsIn = (some: readonly (typeof rows)[number][]) => some.reduce((sum, { all }) => sum + all.length, 0);
  const total = requestsIn(rows);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  if (total === 0 && !filtered) {
    return (
      <>
        <PageHead title="Requests" />
        <Card>
          <Empty title={waiting}>
            <p>Run this in a terminal. The request appears here as soon as it arrives.</p>
            <Code label="the command" text={curl} />
            <Copy text={curl} label="the command" main>
              Copy command
            </Copy>
          </Empty>
        </Card>
      </>
    );
  }
  return (
    <div class={selected === undefined ? 'log' : 'log with-detail'}>
      <section class="log-list" aria-labelledby="log-title">
        <div class="log-head">
          {selected === undefined ? <h1 id="log-title">Requests</h1> : <h2 id="log-title">Requests</h2>}
          <p class="hint">
            {list.length < rows.length && `${number(requestsIn(list))} of `}
            {`${count(total, 'request')}${filtered ? ' found' : ''}`}
          </p>
        </div>
        <Filters view={view} filtered={filtered} />
        <div class={selected === undefined ? 'log-rows card' : 'log-rows'} id="log-rows" tabindex={-1}>
          <Rows {...requestTable} label="Requests, newest first">
            {list.map(({ request, all }) => {
              const link = (id: string) => ({ href: href({ ...view, selected: id }), selected: id === selected });
              const chosen = all.findIndex(({ id }) => id === selected);
              const run = all.at(-1)?.id;
              // The first few, or all if they were asked for, or one of the others is selected.
              const first = all.slice(0, chosen < few && run !== view.run ? few : 1000);
              if (all.length === 1) return <RequestRow request={request} {...link(request.id)} />;
              return (
                <RequestRow request={request} times={all.length} href="" selected={chosen >= 0}>
                  {first.map((each, index) => (
                    <Repeat
                      request={each}
                      nth={`${all.length - index} of ${all.length}`}
                      note={differing(each, all, view.tokens)}
                      {...link(each.id)}
                    />
                  ))}
                  {first.length < all.length && (
                    <li class="more">
                      <a href={href({ ...view, run })} data-visit="true">
                        {`Show ${number(all.length - few)} more`}
                      </a>
                    </li>
                  )}
                </RequestRow>
              );
            })}
          </Rows>
          {total === 0 && <Empty title="No request matches the filter." />}
          <Rest shown={shown} more={requestsIn(rows.slice(shown, shown + step))} query={{ ...filter }} />
        </div>
      </section>
      {children}
    </div>
  );
}

/** The token of a request, and its budget, if they differ among the requests of a run. */
function differing(request: RecordedRequest, all: readonly RecordedRequest[], tokens: readonly TokenInfo[]): string {
  const differs = (key: 'token' | 'remaining') => all.some((other) => other[key] !== request[key]);
  const { name = 'no valid token' } = tokens.find(({ id }) => id === request.token) ?? {};
  return [differs('token') && name, differs('remaining') && `${request.remaining} left`].filter(Boolean).join(' · ');
}

/** Statuses to choose from, besides those in the address. */
const statuses = ['2xx', '4xx', '5xx', '401', '404', '409', '422', '429', '500', '503', ...requestKinds];

function Filters({ view, filtered }: { view: RequestsView; filtered: boolean }) {
  const { filter, tokens } = view;
  const action = view.selected === undefined ? '/dashboard/requests' : `/dashboard/requests/${view.selected}`;
  const status = filter.status ?? '';
  const text = { type: 'search', autocomplete: 'off', maxlength: 500 };
  return (
    <form method="get" action={action} class="filters" role="search" aria-label="Filter the requests" data-visit="true">
      <input {...text} name="path" value={filter.path} placeholder="Find a path" aria-label="Path contains" />
      <Select name="status" aria-label="Status" value={status} options={choices('Any status', [...statuses, status])} />
      <Select
        name="token"
        aria-label="Token"
        value={filter.token ?? ''}
        options={[['', 'Any token'], ['none', 'No valid token'], ...tokens.map(({ id, name }): Choice => [id, name])]}
      />
      {filtered && (
        <a class="button" href={action} data-visit="true">
          Clear
        </a>
      )}
    </form>
  );
}

/** The address of the list, with the selected request beside it. */
function href({ shown, filter, selected, run }: RequestsView): string {
  const search = searchOf({ ...filter, run, shown: shown === step ? undefined : String(shown) });
  return `/dashboard/requests${selected === undefined ? '' : `/${selected}`}${search && `?${search}`}`;
}

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
    const curl = firstCurl(new URL(context.req.url).origin, apiToken);
    return { rows, shown, filter, tokens: tokens.list(), selected, run: query['run'], curl };
  };

  routes.get('/', (context) => {
    return dashboard.page(context, 'Requests', <Requests view={view(context)} />);
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
      <Requests view={shown}>
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
