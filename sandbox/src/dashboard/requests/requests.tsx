import type { Child } from 'hono/jsx';
import { type RequestFilter, requestKinds } from '../../state/request-filter.ts';
import type { TokenInfo } from '../../state/tokens.ts';
import { Empty, Rows } from '../parts/components.tsx';
import { type Choice, choices, Select } from '../parts/fields.tsx';
import { shownOf } from '../parts/lists.ts';
import { count, number } from '../parts/numbers.ts';
import { RequestRow, requestTable, type runs } from './request-row.tsx';

export interface RequestsView {
  /** All that match the filter, newest first. */
  readonly rows: ReturnType<typeof runs>;
  /** The first row of the page, and the one after its last. A page has whole runs, so that a long one fills no page. */
  readonly start: number;
  readonly end: number;
  readonly filter: RequestFilter;
  readonly tokens: readonly TokenInfo[];
  /** Id of the request that is shown beside the list. */
  readonly selected: string | undefined;
}

export function Requests({ view, children }: { view: RequestsView; children?: Child }) {
  const { rows, start, end, selected, filter } = view;
  const requestsIn = (from: number, to?: number) => rows.slice(from, to).reduce((sum, { all }) => sum + all.length, 0);
  const [total, newer, older] = [requestsIn(0), requestsIn(0, start), requestsIn(end)];
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div class={selected === undefined ? 'log' : 'log with-detail'}>
      <section class="log-list" aria-labelledby="log-title">
        <div class="log-head">
          {selected === undefined ? <h1 id="log-title">Requests</h1> : <h2 id="log-title">Requests</h2>}
          <p class="hint">
            {newer + older > 0
              ? `${number(newer + 1)}–${number(total - older)} of ${count(total, 'request')}`
              : `${count(total, 'request')}${filtered ? ' found' : ''}`}
          </p>
        </div>
        {(filtered || total > 0) && <Filters view={view} filtered={filtered} />}
        <div class={selected === undefined ? 'log-rows card' : 'log-rows'} id="log-rows" tabindex={-1}>
          <Rows {...requestTable} label="Requests, newest first">
            {rows.slice(start, end).map(({ request, all }) => {
              const link = (id: string) => ({ href: href({ ...view, selected: id }), selected: id === selected });
              const open = all.some(({ id }) => id === selected);
              const shown = shownOf(all, open ? '1000' : '');
              const list = shown.map((each) => <RequestRow request={each} {...link(each.id)} />);
              if (all.length === 1) return list;
              return (
                <RequestRow request={request} times={all.length} href="" selected={open}>
                  {list}
                  {shown.length < all.length && (
                    <li class="more">{`Showing ${shown.length} of ${number(all.length)}.`}</li>
                  )}
                </RequestRow>
              );
            })}
          </Rows>
          {total === 0 && (
            <Empty title={filtered ? 'No request matches the filter.' : 'No requests yet.'}>
              <a class="button" href={filtered ? '/dashboard/requests' : '/dashboard'}>
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
              <a class="button" rel="prev" href={href({ ...view, start: 2 * start - end })} data-visit="true">
                {`Newer (${number(newer)})`}
              </a>
            )}
            {older > 0 && (
              <a class="button" rel="next" href={href({ ...view, start: end })} data-visit="true">
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

/** The address of the page that starts with a row, with the selected request beside the list. */
export function href({ rows, start, filter, selected }: RequestsView): string {
  const query = new URLSearchParams();
  const before = rows[start - 1]?.all.at(-1)?.id;
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== undefined) query.set(name, value);
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return `/dashboard/requests${selected === undefined ? '' : `/${selected}`}${search}`;
}
