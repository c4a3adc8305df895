import { answerOf, subjectOf } from '../../state/reasons.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/record-types.ts';
import { hasFailed } from '../../webhooks/health.ts';
import { Url } from '../parts/address.tsx';
import { Action, Card, Code, Copyable, Crumbs, Facts, Fold, PageHead, Pill, Time } from '../parts/components.tsx';
import { Body } from '../parts/json.tsx';
import { latencyText } from '../parts/numbers.ts';
import { toneOf } from '../requests/request-row.tsx';
import { causeOf, Due, State, statusOf } from './delivery-row.tsx';
import type { SignatureExplanation } from './signature.ts';

interface DeliveryProps {
  delivery: DeliveryRecord;
  /** What caused it; `undefined` if no request did, or if the log no longer has it. */
  request: RecordedRequest | undefined;
  endpoint: EndpointRecord;
  /** Explains the signature of the last attempt; `undefined` before the first one. */
  signature: SignatureExplanation | undefined;
}

/** A delivery: why it failed, its body, its attempts, and how it was signed. */
export function Delivery({ delivery, request, endpoint, signature }: DeliveryProps) {
  const attempts = delivery.attempts.toReversed();
  const [latest] = attempts;
  const cause = request && <a href={`/dashboard/requests/${request.id}`}>{`${request.method} ${request.target}`}</a>;
  const origin = delivery.request === undefined ? 'Triggered' : ['Caused by ', cause ?? delivery.request];
  const to = `/dashboard/deliveries/${delivery.id}`;
  const button = delivery.status === 'pending' ? 'Retry now' : 'Redeliver';
  const again = <Action to={to} action="redeliver" button={button} tone="main" />;
  return (
    <>
      <Crumbs
        of={[
          ['/dashboard/webhooks', 'Webhooks'],
          [`/dashboard/webhooks/${delivery.endpoint}`, <Url of={endpoint.url} />],
        ]}
      />
      <PageHead
        title={[delivery.event, subjectOf(delivery)].filter(Boolean).join(': ')}
        lead={[
          <State delivery={delivery} endpoint={endpoint} />,
          ' ',
          origin,
          ' at ',
          <Time at={delivery.created_at} show="both" />,
        ]}
      >
        {hasFailed(delivery) && latest !== undefined && (
          <div class="banner bad">
            <p>
              <strong>{statusOf(latest)}</strong> {causeOf(delivery)}
              <Due delivery={delivery} endpoint={endpoint} after=", " />
            </p>
            {again}
          </div>
        )}
        {!hasFailed(delivery) && again}
      </PageHead>
      <div class="columns">
        <div>
          <Card title="Attempts">
            {attempts.length === 0 && <Due delivery={delivery} endpoint={endpoint} after="No attempts yet: " />}
            {attempts.map((attempt, index) => (
              <AttemptFold attempt={attempt} number={attempts.length - index} open={index === 0} />
            ))}
          </Card>
          <Card title="Body">
            <Body of={delivery.body} label="the body" />
          </Card>
        </div>
        {signature !== undefined && <Signature signature={signature} />}
      </div>
    </>
  );
}

function AttemptFold({ attempt, number, open }: { attempt: Attempt; number: number; open: boolean }) {
  const { status, at, duration, requestHeaders, responseHeaders = {}, responseBody } = attempt;
  return (
    <details class="attempt" open={open} id={`attempt-${number}`}>
      <summary>
        <Pill tone={toneOf(status)}>{statusOf(attempt)}</Pill> <span>{`Attempt ${number}`}</span>{' '}
        <span class="hint">
          <Time at={at} show="ago" />
          {`, ${latencyText(duration)}`}
        </span>
      </summary>
      <h3>Response</h3>
      {status === undefined ? (
        <p class="error">{answerOf(attempt)}</p>
      ) : (
        <Body of={responseBody} label="the response body" />
      )}
      <Fold of={responseHeaders} name="response header" />
      <Fold of={requestHeaders} name="request header" />
    </details>
  );
}

function Signature({ signature }: { signature: SignatureExplanation }) {
  const { id, timestamp, headers, content } = signature;
  return (
    <Card title="How it was signed">
      <p class="hint">
        For the last attempt. The signature is HMAC-SHA256 over the id, the timestamp and the body exactly as sent,
        joined with dots. The key is what follows <code>whsec_</code>, decoded from base64.
      </p>
      <Facts mono of={headers.map(([name, value]) => [name, <Copyable text={value} label={`the ${name}`} />])} />
      <h3>Signed content</h3>
      <Code label="the signed content" text={content}>
        <span class="json-key">{id}</span>.<span class="json-value">{timestamp}</span>.
        <span class="json-string">{content.slice(id.length + timestamp.length + 2)}</span>
      </Code>
    </Card>
  );
}
