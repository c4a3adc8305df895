import { errorBodySchema } from '../../utils/schemas.ts';
import { faultHeader } from '../../faults/header-faults.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import { isReplayed } from '../../state/request-filter.ts';
import type { DeliveryRecord } from '../../storage/records.ts';
import { Code, Copy, Copyable, Facts, Pill, Time } from '../parts/components.tsx';
import { effectOf } from '../parts/fault-text.ts';
import { Icon } from '../parts/icons.tsx';
import { ColoredJson, textOf } from '../parts/json.tsx';
import { latencyText, number } from '../parts/numbers.ts';
import { DeliveryState } from '../webhooks/webhook.tsx';
import { asCurl, asSdkCall } from './reproduce.ts';
import { outcomeOf, Tags } from './requests.tsx';

/** One request beside the list: the complete exchange. */
export function RequestDetail({
  request,
  deliveries,
  token,
  origin,
  close,
}: {
  request: RecordedRequest;
  /** What it caused, oldest first. */
  deliveries: readonly DeliveryRecord[];
  /** The token's name; `undefined` if it is missing, unknown or revoked. */
  token: string | undefined;
  /** Where the API listens. */
  origin: string;
  /** Address of the list without the request. */
  close: string;
}) {
  const [tone, status] = outcomeOf(request);
  const curl = asCurl(request, origin);
  const call = asSdkCall(request);
  const { duration, remaining, response } = request;
  return (
    <article class="detail" id="detail" data-request={request.id} aria-labelledby="detail-title">
      <div class="detail-head">
        <div class="detail-title">
          <Pill tone={tone}>{status}</Pill>
          <h1 id="detail-title">
            <span class="method">{request.method}</span> {request.target}
          </h1>
          <Tags request={request} />
          <a class="icon" href={close} data-visit="true" data-shortcut="Escape" aria-label="Close">
            <Icon name="close" />
          </a>
        </div>
        <div class="actions">
          <Copy text={curl} label="the cURL command" shortcut="c">
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
          [
            'Token',
            token === undefined ? (
              request.token === undefined ? (
                'missing or unknown'
              ) : (
                'revoked'
              )
            ) : (
              <a href={`/dashboard/rate-limits#${request.token ?? ''}`}>{token}</a>
            ),
          ],
          ['Budget after it', remaining === undefined ? 'not known yet' : `${number(remaining)} requests left`],
          ['X-Request-Id', <Copyable text={request.id} label="the request id" />],
          ...deliveries.map(
            (delivery, index) => [index === 0 ? 'Deliveries' : '', <Caused delivery={delivery} />] as const,
          ),
        ]}
      />
      <section>
        <h2>Response</h2>
        <Problem request={request} />
        {response === undefined ? (
          <p class="hint">{request.state === 'pending' ? 'Not sent yet.' : 'None was sent.'}</p>
        ) : (
          <>
            <Body of={response.body} label="the response body" />
            <HeaderList of={response.headers} name="response headers" />
          </>
        )}
      </section>
      <section>
        <h2>Request</h2>
        <Body of={request.body} label="the request body" />
        {Object.keys(request.query).length > 0 && <Facts mono of={Object.entries(request.query)} />}
        <HeaderList of={request.headers} name="request headers" />
      </section>
      <section>
        <h2>Send it again</h2>
        <p class="hint">
          Set <code>EXAMPLE_API_TOKEN</code> to the token, and replace what is <code>[redacted]</code>.
        </p>
        <Code label="the cURL command" text={curl} />
        <Code label="the SDK call" text={call} />
      </section>
    </article>
  );
}

function Caused({ delivery }: { delivery: DeliveryRecord }) {
  return (
    <>
      <a href={`/dashboard/deliveries/${delivery.id}`}>{`${delivery.event} to ${delivery.endpoint}`}</a>{' '}
      <DeliveryState delivery={delivery} />
    </>
  );
}

/** What is unusual about a request. */
function Explanation({ request }: { request: RecordedRequest }) {
  const { fault, state, status } = request;
  return (
    <>
      {fault !== undefined && (
        <p class="callout fault">
          <Icon name="faults" />
          <span>
            <strong>
              {fault.id === 'header' ? `Injected by the request’s header ${faultHeader}.` : `Injected by ${fault.id}.`}
            </strong>{' '}
            {effectOf(fault)}.
          </span>
        </p>
      )}
      {isReplayed(request) && (
        <p class="callout">
          <Icon name="replay" />
          <span>
            <strong>Replayed.</strong> An earlier request had the same <code>Idempotency-Key</code>. The client got its
            response again, and nothing was created.
          </span>
        </p>
      )}
      {state === 'aborted' && (
        <p class="callout fair">
          <Icon name="warning" />
          <span>
            <strong>The client disconnected</strong> before it had the response.{' '}
            {status === undefined
              ? 'The work had no result yet.'
              : `The work was done: it would have been a ${status}.`}
          </span>
        </p>
      )}
      {state === 'pending' && (
        <p class="callout">
          <Icon name="clock" />
          <span>
            <strong>In flight.</strong> The response appears here as soon as it is sent.
          </span>
        </p>
      )}
    </>
  );
}

/** An error of the documented format: its code, its message, and the fields it is about. */
function Problem({ request }: { request: RecordedRequest }) {
  const error = errorBodySchema.safeParse(request.response?.body).data?.error;
  if (error === undefined) return <></>;
  const details = Object.entries(error.details);
  return (
    <div class="problem">
      <p>
        <code>{error.code}</code> {error.message}
      </p>
      {details.length > 0 && <Facts mono of={details} />}
    </div>
  );
}

function Body({ of: body, label }: { of: unknown; label: string }) {
  if (body === undefined) return <p class="hint">No body.</p>;
  const text = textOf(body);
  return (
    <Code label={label} text={text}>
      {typeof body === 'string' ? text : <ColoredJson text={text} />}
    </Code>
  );
}

function HeaderList({ of: headers, name }: { of: Readonly<Record<string, string>>; name: string }) {
  const entries = Object.entries(headers);
  if (entries.length === 0) return <></>;
  return (
    <details class="fold">
      <summary>{`${entries.length} ${name}`}</summary>
      <Facts mono of={entries} />
    </details>
  );
}
