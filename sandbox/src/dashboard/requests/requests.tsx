import type { Child } from 'hono/jsx';
import type { Details } from '../../http/failure.ts';
import { isReplayed, type RequestFilter, requestKinds } from '../../state/request-filter.ts';
import type { RequestPage } from '../../state/request-log.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { TokenInfo } from '../../state/tokens.ts';
import { Code, Empty, Pill, Time, type Tone } from '../parts/components.tsx';
import { type Choice, choices, Select } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { count, latencyText, number } from '../parts/numbers.ts';

/** What the requests page shows: the list, and where it is in the log. */
export interface RequestsView {
  readonly list: RequestPage;
  readonly filter: RequestFilter;
  readonly errors?: Details | undefined;
  readonly tokens: readonly TokenInfo[];
  /** Id of the request that an older page comes after. */
  readonly before: string | undefined;
  /** Id of the request that is shown beside the list. */
  readonly selected: string | undefined;
  /** The first call to make, for an empty log. */
  readonly firstCall: string;
}

/** The log: the list, and beside it the selected request. */
export function Requests({ view, children }: { view: RequestsView; children?: Child }) {
  const { list, selected, filter } = view;
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const newest = list.requests[0];
  return (
    <div class={selected === undefined ? 'log' : 'log with-detail'}>
      <section class="log-list" aria-labelledby="log-title">
        <div class="log-head">
          {selected === undefined ? <h1 id="log-title">Requests</h1> : <h2 id="log-title">Requests</h2>}
          <p class="hint" id="log-count">
            {countText(list, filtered)}
          </p>
        </div>
        <Filters view={view} filtered={filtered} />
        <p class="visually-hidden" role="status" id="announcement" data-keep="true"></p>
        <div class="log-rows" id="log-rows" tabindex={-1}>
          <ol class="rows" aria-label="Requests, newest first">
            {list.requests.map((request) => (
              <RequestRow request={request} view={view} />
            ))}
          </ol>
          {newest === undefined && <NoRequests filtered={filtered} view={view} />}
        </div>
        {list.older + list.newer > 0 && (
          <nav class="pages" aria-label="Pages">
            {list.newer === 0 ? (
              <span />
            ) : (
              <a class="button main" id="newer" href={href(view, undefined)} data-visit="true">
                {count(list.newer, 'newer request')}
              </a>
            )}
            {list.older > 0 && (
              <a class="button" rel="next" href={href(view, list.requests.at(-1)?.id)} data-visit="true">
                {`Older (${number(list.older)})`}
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

const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'];

function Filters({ view, filtered }: { view: RequestsView; filtered: boolean }) {
  const { filter, tokens, errors } = view;
  const action = view.selected === undefined ? '/dashboard/requests' : `/dashboard/requests/${view.selected}`;
  const status = filter.status ?? '';
  const method = filter.method?.toUpperCase() ?? '';
  const text = { type: 'search', autocomplete: 'off', maxlength: 500 };
  return (
    <form method="get" action={action} class="filters" role="search" aria-label="Filter the requests" data-visit="true">
      <Select name="status" aria-label="Status" value={status} options={choices('Any status', [...statuses, status])} />
      <Select name="method" aria-label="Method" value={method} options={choices('Any method', [...methods, method])} />
      <Select
        name="token"
        aria-label="Token"
        value={filter.token ?? ''}
        options={[['', 'Any token'], ['none', 'No valid token'], ...tokens.map(({ id, name }): Choice => [id, name])]}
      />
      <input {...text} name="path" value={filter.path} placeholder="Path contains" aria-label="Path contains" />
      <input {...text} name="id" value={filter.id} placeholder="Request id" aria-label="Request id" />
      <button class="plain unscripted">Filter</button>
      {filtered && (
        <a class="button" href={action} data-visit="true">
          Clear
        </a>
      )}
      {errors !== undefined && (
        <p class="error" role="alert">
          {Object.values(errors).join(' ')}
        </p>
      )}
    </form>
  );
}

export function RequestRow({ request, view }: { request: RecordedRequest; view: RequestsView }) {
  const { id, method, target, duration, received_at, remaining } = request;
  const [tone, status] = outcomeOf(request);
  const token = view.tokens.find((candidate) => candidate.id === request.token);
  return (
    <li id={`row-${id}`}>
      <a
        class={`row ${tone}`}
        href={href(view, view.before, id)}
        aria-current={view.selected === id ? 'true' : undefined}
        data-visit="row"
      >
        <Pill tone={tone}>{status}</Pill>
        <span class="method">{method}</span>
        <Target of={target} />
        <Tags request={request} />
        <span class="extra token">{token?.name ?? (request.token === undefined ? 'no token' : 'revoked')}</span>
        <span class="extra number">{duration === undefined ? '' : latencyText(duration)}</span>
        <span class="extra number">{remaining === undefined ? '' : `${number(remaining)} left`}</span>
        <Time at={received_at} />
      </a>
    </li>
  );
}

/** A path and its query. Without room for all of it, the start of the path is cut, so that its end and the query stay. */
function Target({ of: target }: { of: string }) {
  const [path = ''] = target.split('?', 1);
  const cut = Math.max(path.lastIndexOf('/'), path.length - 12);
  return (
    <span class="target" title={target}>
      <span>{target.slice(0, cut)}</span>
      <span>{target.slice(cut)}</span>
    </span>
  );
}

/** What happened to a request besides its status. */
export function Tags({ request }: { request: RecordedRequest }) {
  return (
    <span class="tags">
      {request.fault !== undefined && (
        <span class="tag fault" title="injected">
          <Icon name="faults" />
          <span>injected</span>
        </span>
      )}
      {isReplayed(request) && (
        <span class="tag replay" title="replayed">
          <Icon name="replay" />
          <span>replayed</span>
        </span>
      )}
    </span>
  );
}

/** How a request ended, in a word. */
export function outcomeOf({ state, status }: RecordedRequest): readonly [Tone, string] {
  switch (state) {
    case 'pending':
      return ['plain', 'pending'];
    case 'aborted':
      return ['fair', 'aborted'];
    case 'reset':
      return ['bad', 'reset'];
    case 'cut':
      return ['bad', `${status ?? ''} cut`];
    case 'completed':
      return [toneOf(status), String(status)];
  }
}

/** The tone of an HTTP status. */
export function toneOf(status: number | undefined): Tone {
  if (status === undefined || status >= 500) return 'bad';
  if (status === 429) return 'refused';
  return status < 400 ? 'good' : 'fair';
}

function NoRequests({ filtered, view }: { filtered: boolean; view: RequestsView }) {
  if (filtered) {
    return (
      <Empty title="No request matches the filter.">
        <p>
          <a href="/dashboard/requests">Clear the filter</a> to see all requests.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No requests yet.">
      <p>They appear here as they arrive. To send the first one:</p>
      <Code label="the first call" text={view.firstCall} />
    </Empty>
  );
}

function countText({ requests, newer, older }: RequestPage, filtered: boolean): string {
  const total = requests.length + newer + older;
  if (newer + older === 0) return filtered ? `${number(total)} found` : number(total);
  return `${number(newer + 1)}–${number(newer + requests.length)} of ${number(total)}`;
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
