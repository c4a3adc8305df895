import { capitalized } from '../../resources/resource.ts';
import { problemsOf } from '../../state/reasons.ts';
import { effectOf, faultHeader } from '../../faults/fault.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import { isReplayed } from '../../state/request-filter.ts';
import type { DeliveryRecord, EndpointRecord, TokenRecord } from '../../storage/record-types.ts';
import { Address } from '../parts/address.tsx';
import { Copy, Copyable, Facts, Fold, Pill, Time } from '../parts/components.tsx';
import { Icon } from '../parts/icons.tsx';
import { Body } from '../parts/json.tsx';
import { latencyText, number } from '../parts/numbers.ts';
import { Due, State, statusOf } from '../webhooks/delivery.tsx';
import { asCurl, asSdkCall } from './reproduce.ts';
import { requestOutcome, untilReset } from './request-row.tsx';

interface RequestDetailProps {
  request: RecordedRequest;
  /** What it caused, oldest first. */
  deliveries: readonly { readonly delivery: DeliveryRecord; readonly endpoint: EndpointRecord }[];
  /** `undefined` if it is missing, unknown or revoked. */
  token: TokenRecord | undefined;
  /** Where the API listens. */
  origin: string;
  /** Address of the list without the request. */
  close: string;
}

export function RequestDetail({ request, deliveries, token, origin, close }: RequestDetailProps) {
  const [tone, status] = requestOutcome(request);
  const curl = asCurl(request, origin);
  const call = asSdkCall(request);
  const none = request.token === undefined ? 'missing or unknown' : 'revoked';
  const { duration, remaining, response } = request;
  return (
    <article class="detail" id="detail" data-request={request.id} aria-labelledby="detail-title">
      <div class="detail-head">
        <div class="detail-title">
          <Pill tone={tone}>{status}</Pill>
          <h1 id="detail-title">
            <span class="method">{request.method}</span> {request.target}
          </h1>
          <a class="icon" href={close} data-visit="true" data-close="true" aria-label="Close">
            <Icon name="close" />
          </a>
        </div>
        <div class="actions">
          <Copy text={curl} label="the cURL command">
            Copy as cURL
          </Copy>
          <Copy text={call} label="the SDK call">
            Copy as SDK call
          </Copy>
        </div>
      </div>
      <Explanation request={request} />
      <Facts
        of={[
          ['Received', <Time at={request.received_at} show="both" />],
          ['Took', duration === undefined ? 'in flight' : latencyText(duration)],
          ['Token', token === undefined ? none : <a href={`/dashboard/api-tokens#${token.id}`}>{token.name}</a>],
          ['Budget left', remaining === undefined ? '–' : `${number(remaining)} requests`],
          ['X-Request-Id', <Copyable text={request.id} label="the request id" />],
        ]}
      />
      <section>
        <h2>Response</h2>
        {response === undefined ? (
          <p class="hint">{request.state === 'pending' ? 'Not sent yet.' : 'None was sent.'}</p>
        ) : (
          <>
            <Body of={response.body} label="the response body" />
            <Fold of={response.headers} name="response header" />
          </>
        )}
      </section>
      <section>
        <h2>Request</h2>
        <Body of={request.body} label="the request body" />
        <Fold of={request.headers} name="request header" />
      </section>
      {deliveries.length > 0 && (
        <section>
          <h2>Webhooks</h2>
          <Facts
            of={deliveries.map(({ delivery, endpoint }) => [
              <State delivery={delivery} endpoint={endpoint} />,
              <>
                <a href={`/dashboard/deliveries/${delivery.id}`}>
                  <Address of={endpoint.url} />
                </a>
                <p class="hint">
                  {`${delivery.event}: ${delivery.attempts.slice(-1).map(statusOf)[0] ?? 'not sent yet'}`}
                  <Due delivery={delivery} endpoint={endpoint} after=", " />
                </p>
              </>,
            ])}
          />
        </section>
      )}
    </article>
  );
}

function Explanation({ request }: { request: RecordedRequest }) {
  const { fault, state, status } = request;
  const [tone] = requestOutcome(request);
  const id = fault?.id ?? '';
  const by = id === 'header' ? `the request’s header ${faultHeader}` : id;
  const done =
    status === undefined ? 'The work had no result yet.' : `The work was done: it would have been a ${status}.`;
  const problems = problemsOf(request);
  const text = problems.join('\n');
  const texts = [
    problems.length > 0 && ['', untilReset(/^\w+: /.test(text) ? text : capitalized(text), request)],
    fault !== undefined && ['Injected', ['by ', by, `: ${effectOf(fault)}.`]],
    isReplayed(request) && ['Replayed.', 'An earlier request had the same Idempotency-Key. Nothing was created.'],
    state === 'aborted' && ['The client disconnected', `before it had the response. ${done}`],
    state === 'pending' && ['In flight.', 'The response appears here as soon as it is sent.'],
  ].filter((text) => text !== false);
  return (
    <>
      {texts.map(([strong, more]) => (
        <p class={`banner ${tone === 'good' ? 'plain' : tone}`}>
          <span>
            <strong>{strong}</strong> {more}
          </span>
        </p>
      ))}
    </>
  );
}
