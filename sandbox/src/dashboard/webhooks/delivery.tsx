import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { Action, Card, Code, Copyable, Empty, Facts, PageHead, Pill, Time } from '../parts/components.tsx';
import { ColoredJson } from '../parts/json.tsx';
import { count, latencyText } from '../parts/numbers.ts';
import { toneOf } from '../requests/requests.tsx';
import type { SignatureExplanation } from './signature.ts';
import { DeliveryState, NextAttempt } from './webhook.tsx';

/** A delivery: its body, its attempts, and how it was signed. */
export function Delivery({
  delivery,
  ahead,
  request,
  endpoint,
  signature,
}: {
  delivery: DeliveryRecord;
  /** Number of due deliveries before it; `undefined` if it is not due. */
  ahead: number | undefined;
  /** What caused it; `undefined` if no request did, or if the log no longer has it. */
  request: RecordedRequest | undefined;
  endpoint: EndpointRecord | undefined;
  /** Explains the signature of the last attempt; `undefined` before the first one. */
  signature: SignatureExplanation | undefined;
}) {
  const attempts = delivery.attempts.toReversed();
  return (
    <>
      <PageHead
        title={`Delivery of ${delivery.event}`}
        lead={
          <>
            To <a href={`/dashboard/webhooks/${delivery.endpoint}`}>{endpoint?.url ?? delivery.endpoint}</a>
          </>
        }
      >
        <Action to={`/dashboard/deliveries/${delivery.id}`} action="redeliver" button="Redeliver" tone="main" />
      </PageHead>
      <Card>
        <Facts
          of={[
            ['State', <DeliveryState delivery={delivery} />],
            ['Created', <Time at={delivery.created_at} show="both" />],
            [
              'Caused by',
              request === undefined ? (
                (delivery.request ?? 'no request')
              ) : (
                <a href={`/dashboard/requests/${request.id}`}>{`${request.method} ${request.target}`}</a>
              ),
            ],
            ['Next attempt', <NextAttempt due={delivery.due} ahead={ahead} endpoint={endpoint} />],
            ['webhook-id', <Copyable text={delivery.message} label="the webhook id" />],
          ]}
        />
      </Card>
      <div class="columns even">
        <div>
          <Card title="Attempts">
            {attempts.length === 0 && (
              <Empty title="No attempts yet.">
                <p>
                  {endpoint?.disabled === undefined
                    ? 'The first one appears here as soon as it has ended.'
                    : 'The webhook is disabled. The first attempt is made when you enable it.'}
                </p>
              </Empty>
            )}
            <ol class="attempts">
              {attempts.map((attempt, index) => (
                <li id={`attempt-${attempts.length - index}`}>
                  <AttemptFold attempt={attempt} number={attempts.length - index} open={index === 0} />
                </li>
              ))}
            </ol>
          </Card>
        </div>
        <div>
          <Card title="Body">
            <Code label="the body" text={delivery.body}>
              <ColoredJson text={pretty(delivery.body)} />
            </Code>
            <p class="hint">Indented to be read. The copy button copies it as it was sent.</p>
          </Card>
          {signature !== undefined && <Signature signature={signature} />}
        </div>
      </div>
    </>
  );
}

function AttemptFold({ attempt, number, open }: { attempt: Attempt; number: number; open: boolean }) {
  const { status, at, duration, error, requestHeaders, responseHeaders, responseBody } = attempt;
  return (
    <details class="attempt" open={open}>
      <summary>
        <Pill tone={toneOf(status)}>{status ?? 'no response'}</Pill> <span>{`Attempt ${number}`}</span>{' '}
        <span class="hint">
          <Time at={at} show="ago" />
          {`, ${latencyText(duration)}`}
        </span>
      </summary>
      {error !== undefined && (
        <p class="error">
          <code>{error}</code> {hintFor(error)}
        </p>
      )}
      {responseBody !== undefined && responseBody !== '' && (
        <>
          <h3>Response body</h3>
          <Code label="the response body" text={responseBody} />
        </>
      )}
      {responseHeaders !== undefined && (
        <>
          <h3>Response headers</h3>
          <Facts mono of={Object.entries(responseHeaders)} />
        </>
      )}
      <h3>Request headers</h3>
      <Facts mono of={Object.entries(requestHeaders)} />
    </details>
  );
}

function hintFor(error: string): string {
  if (error === 'ECONNREFUSED') return 'Nothing listens at the URL. Is your server running?';
  if (error === 'ENOTFOUND') return 'The host name is unknown.';
  if (error === 'ECONNRESET') return 'Your server closed the connection without a response.';
  return '';
}

/** What the signature was made of. */
function Signature({ signature }: { signature: SignatureExplanation }) {
  const { id, timestamp, content, bodyBytes, bodySha256, signatures } = signature;
  return (
    <Card title="How it was signed">
      <p class="hint">
        For the last attempt. The signature is HMAC-SHA256 over the id, the timestamp and the body exactly as sent,
        joined with dots. The key is what follows <code>whsec_</code>, decoded from base64.
      </p>
      <h3>Signed content</h3>
      <Code label="the signed content" text={content}>
        <span class="part-id">{id}</span>.<span class="part-time">{timestamp}</span>.
        <span class="part-body">{content.slice(id.length + timestamp.length + 2)}</span>
      </Code>
      <Facts
        mono
        of={[
          ['Body size', count(bodyBytes, 'byte')],
          ['Body SHA-256', bodySha256],
          ...signatures.map(({ value, madeWith }) => [`By ${madeWith}`, value] as const),
        ]}
      />
      <details class="fold">
        <summary>If your verification fails</summary>
        <ol class="causes">
          <li>
            <strong>The body was parsed.</strong> Verify the bytes as they arrived. Log their number and their SHA-256,
            and compare them with the values above.
          </li>
          <li>
            <strong>The secret is another one.</strong> Each webhook has its own. Compare yours with the one on the
            webhook's page, including <code>whsec_</code>.
          </li>
          <li>
            <strong>The clocks differ.</strong> The SDK accepts a timestamp that is up to 5 minutes away from its own
            time. Advancing the sandbox's clock moves the timestamps away from yours.
          </li>
        </ol>
      </details>
    </Card>
  );
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}
