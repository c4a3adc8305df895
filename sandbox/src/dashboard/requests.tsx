import type { RecordedRequest } from '../state/recorded-request.ts';
import { Code, Empty, Headers, Pill, Table, Time, toneOf } from './components.tsx';

/** The latest requests, newest first. `live.js` adds new ones. */
export function Requests({ entries, baseUrl }: { entries: readonly RecordedRequest[]; baseUrl: string }) {
  return (
    <>
      <p>Requests to the API, newest first. The list updates by itself.</p>
      <p class="visually-hidden" role="status" id="announcement"></p>
      <div id="requests" data-stream="/dashboard/requests/stream">
        <Table caption="Requests" columns={['Time', 'Method', 'Path', 'Status', 'Took', 'Left']}>
          {entries.map((entry) => (
            <RequestRow entry={entry} />
          ))}
        </Table>
        {entries.length === 0 && (
          <Empty>
            No requests yet. To send one: <kbd>{`curl -H 'Authorization: Bearer <token>' '${baseUrl}/projects'`}</kbd>
          </Empty>
        )}
      </div>
      <noscript>
        <p>Without JavaScript, reload the page to see new requests.</p>
      </noscript>
    </>
  );
}

export function RequestRow({ entry }: { entry: RecordedRequest }) {
  const query = new URLSearchParams(entry.query).toString();
  return (
    <tr>
      <td data-label="Time">
        <Time at={entry.received_at} />
      </td>
      <td data-label="Method">{entry.method}</td>
      <td data-label="Path" class="wide">
        <a href={`/dashboard/requests/${entry.id}`}>{query === '' ? entry.path : `${entry.path}?${query}`}</a>
      </td>
      <td data-label="Status">
        <Pill tone={toneOf(entry.status)}>{entry.status ?? 'reset'}</Pill>
      </td>
      <td data-label="Took" class="number">{`${(entry.duration ?? 0).toFixed(1)} ms`}</td>
      <td data-label="Left" class="number">
        {entry.remaining ?? '–'}
      </td>
    </tr>
  );
}

export function RequestDetail({ entry, token }: { entry: RecordedRequest; token: string | undefined }) {
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Request</dt>
          <dd>
            {entry.method} {entry.path}
          </dd>
        </div>
        <div>
          <dt>Response</dt>
          <dd>
            <Pill tone={toneOf(entry.status)}>{entry.status ?? 'connection reset'}</Pill>
          </dd>
        </div>
        <div>
          <dt>Received</dt>
          <dd>
            <Time at={entry.received_at} />
          </dd>
        </div>
        <div>
          <dt>Token</dt>
          <dd>{token ?? 'missing or unknown'}</dd>
        </div>
        <div>
          <dt>X-Request-Id</dt>
          <dd>{entry.id}</dd>
        </div>
      </dl>
      {Object.keys(entry.query).length > 0 && (
        <section>
          <h2>Query</h2>
          <Headers of={entry.query} />
        </section>
      )}
      <section>
        <h2>Headers</h2>
        <Headers of={entry.headers} />
      </section>
      {entry.body !== undefined && (
        <section>
          <h2>Body</h2>
          <Code label="Body">{JSON.stringify(entry.body, null, 2)}</Code>
        </section>
      )}
      <p class="below">
        <a href="/dashboard/requests">All requests</a>
      </p>
    </>
  );
}
