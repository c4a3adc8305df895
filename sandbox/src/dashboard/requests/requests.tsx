import type { Child } from 'hono/jsx';
import { type RequestFilter, requestKinds } from '../../state/request-filter.ts';
import type { RequestPage } from '../../state/request-log.ts';
import type { TokenInfo } from '../../state/tokens.ts';
import { Empty, Rows } from '../parts/components.tsx';
import { type Choice, choices, Select } from '../parts/fields.tsx';
import { number } from '../parts/numbers.ts';
import { RequestRow, requestTable, runs } from './request-row.tsx';

/** What the requests page shows: the list, and where it is in the log. */
export interface RequestsView {
  readonly list: RequestPage;
  readonly filter: RequestFilter;
  readonly tokens: readonly TokenInfo[];
  /** Id of the request that is shown beside the list. */
  readonly selected: string | undefined;
}

/** The log: the list, and beside it the selected request. */
export function Requests({ view, children }: { view: RequestsView; children?: Child }) {
  const { list, selected, filter } = view;
  const { requests, newer, older, before } = list;
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const total = number(requests.length + newer + older);
  return (
    <div class={selected === undefined ? 'log' : 'log with-detail'}>
      <section class="log-list" aria-labelledby="log-title">
        <div class="log-head">
          {selected === undefined ? <h1 id="log-title">Requests</h1> : <h2 id="log-title">Requests</h2>}
          <p class="hint">
            {newer + older > 0
              ? `${number(newer + 1)}–${number(newer + requests.length)} of ${total}`
              : `${total}${filtered ? ' found' : ''}`}
          </p>
        </div>
        <Filters view={view} filtered={filtered} />
        <div class={selected === undefined ? 'log-rows card' : 'log-rows'} id="log-rows" tabindex={-1}>
          <Rows {...requestTable} label="Requests, newest first">
            {runs(requests).map(({ request, all }) => {
              const link = (id: string) => ({ href: href(view, before, id), selected: id === selected });
              const rows = all.map((each) => <RequestRow request={each} {...link(each.id)} />);
              if (all.length === 1) return rows;
              const open = all.some(({ id }) => id === selected);
              return (
                <RequestRow request={request} times={all.length} href="" selected={open}>
                  {rows}
                </RequestRow>
              );
            })}
          </Rows>
          {requests.length === 0 && (
            <Empty title={filtered ? 'No request matches the filter.' : 'No requests yet.'}>
              <a href={filtered ? '/dashboard/requests' : '/dashboard'}>
                {filtered ? 'Clear the filter' : 'Make your first call'}
              </a>
            </Empty>
          )}
        </div>
        {older + newer > 0 && (
          <nav class="pages" aria-label="Pages">
            {newer === 0 ? (
              <span />
            ) : (
              <a class="button" href={href(view, undefined)} data-visit="true">
                Newest
              </a>
            )}
            {older > 0 && (
              <a class="button" rel="next" href={href(view, requests.at(-1)?.id)} data-visit="true">
                {`Older (${number(older)})`}
              </a>
            )}
          </nav>
        )}
      </section>
      {children}
    </div>
  );
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

/** The address of the log after the request `before`, with the request `id` beside the list. */
export function href({ filter, selected }: RequestsView, before: string | undefined, id = selected): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== undefined) query.set(name, value);
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return `/dashboard/requests${id === undefined ? '' : `/${id}`}${search}`;
}
