import type { ArmedFault } from '../../faults/fault.ts';
import { resources } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import type { Services } from '../../state/services.ts';
import { TrafficChart } from '../parts/chart.tsx';
import { Action, Card, Code, Confirm, Copyable, Facts, Headline, PageHead, Stat, Time } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { Field } from '../parts/fields.tsx';
import type { Details } from '../../http/failure.ts';
import { Icon } from '../parts/icons.tsx';
import { count, durationText, number } from '../parts/numbers.ts';
import { RequestRow } from '../requests/requests.tsx';
import { BudgetMeter, tokenBudgets } from '../tokens/rate-limits.tsx';
import { firstCurl, firstProgram, usableToken } from './first-call.ts';
import { verdictOf } from './verdict.ts';

/** Number of requests to show. */
const shownRequests = 8;

export function overviewData(services: Services, origin: string) {
  const { store, faults, log, traffic, clock, windows } = services;
  const apiToken = usableToken(services);
  const now = clock.now();
  return {
    baseUrl: `${origin}/v1`,
    apiToken,
    curl: firstCurl(origin, apiToken),
    program: firstProgram(origin, apiToken),
    faults: faults.list,
    traffic: { series: traffic.series(undefined, now), interval: traffic.interval, now },
    verdict: verdictOf(services),
    budgets: tokenBudgets(services),
    latest: log.page({}, { limit: shownRequests }),
    tokens: services.tokens.list(),
    counts: {
      records: resources.map((resource) => ({ name: resource.name, count: store.records(resource).size })),
      pending: store.deliveryIndex.pending,
      failed: store.deliveryIndex.failed,
    },
    clock: { now, offset: clock.offset, window: windows.rate.window },
  };
}

interface Props {
  readonly data: ReturnType<typeof overviewData>;
  readonly errors?: Details | undefined;
}

/** Number of tokens whose budget is shown. */
const shownBudgets = 5;

export function Overview({ data, errors }: Props) {
  const { latest, faults, verdict } = data;
  return (
    <>
      <PageHead title="Overview" lead="The Example API, running on your machine." />
      {latest.requests.length + verdict.webhooks.length > 0 && <VerdictLine data={data} />}
      {faults.length > 0 && <FaultBanner faults={faults} />}
      {latest.requests.length === 0 ? <Steps data={data} errors={errors} /> : <Activity data={data} errors={errors} />}
    </>
  );
}

/** What to do with a sandbox that had no request yet. */
function Steps({ data, errors }: Props) {
  return (
    <div class="columns">
      <div>
        <Card title="Three steps to your first call">
          <ol class="steps">
            <li>
              <h3>Paste this into a terminal</h3>
              <Code label="the cURL command" text={data.curl} />
              <p class="hint">This page shows the call as soon as it arrives.</p>
            </li>
            <li>
              <h3>Make the call from your code</h3>
              <Code label="the program" text={data.program} />
            </li>
            <li>
              <h3>Test what production would do</h3>
              <p>
                <a href="/dashboard/faults">Make requests fail</a>, <a href="/dashboard/webhooks">receive a webhook</a>,
                or <a href="/dashboard/rate-limits">use up a rate limit</a>.
              </p>
            </li>
          </ol>
        </Card>
      </div>
      <div>
        <ClockCard data={data} errors={errors} />
      </div>
    </div>
  );
}

function Activity({ data, errors }: Props) {
  const { counts, latest, budgets, traffic } = data;
  const span = durationText(traffic.series.length * traffic.interval);
  return (
    <>
      <div class="stats">
        <Stat
          name="Requests"
          value={number(latest.requests.length + latest.older)}
          hint="in the log"
          href="/dashboard/requests"
        />
        <Stat
          name="Undelivered events"
          value={number(counts.failed + counts.pending)}
          tone={counts.failed > 0 ? 'bad' : 'plain'}
          hint={`${number(counts.pending)} pending, ${number(counts.failed)} failed`}
          href="/dashboard/webhooks"
        />
        {counts.records.map(({ name, count }) => (
          <Stat name={capitalized(name)} value={number(count)} href={`/dashboard/${name}`} />
        ))}
      </div>
      <div class="columns">
        <div>
          <Card title={`Requests in the last ${span}`}>
            <TrafficChart data={traffic} label="All requests" />
          </Card>
          <Card title="Latest requests" flush actions={<a href="/dashboard/requests">Show all</a>}>
            <ol class="rows" aria-label="Latest requests">
              {latest.requests.map((request) => (
                <RequestRow request={request} view={{ ...emptyView, list: latest, tokens: data.tokens }} />
              ))}
            </ol>
          </Card>
          <ClockCard data={data} errors={errors} />
        </div>
        <div>
          <Card title="Budget" actions={<a href="/dashboard/rate-limits">Timeline</a>}>
            {budgets.length === 0 && <p>There are no tokens, so every request gets a 401.</p>}
            {budgets.slice(0, shownBudgets).map((budget) => (
              <BudgetMeter budget={budget} />
            ))}
          </Card>
          <Card title="Make a call">
            <Facts
              of={[
                ['Base URL', <Copyable text={data.baseUrl} label="the base URL" />],
                ['Token', <Copyable text={data.apiToken} label="the token" />],
              ]}
            />
            <Code label="the cURL command" text={data.curl} />
          </Card>
        </div>
      </div>
    </>
  );
}

/** The last minutes in words, such as `3 failed in 5 min: 2 × 503 injected, 1 × 422 email.` */
function VerdictLine({ data: { verdict, traffic } }: Props) {
  const { requests, failed, groups, others, webhooks } = verdict;
  const span = durationText(traffic.series.length * traffic.interval);
  const tone = failed + webhooks.length > 0 ? 'fair' : requests === 0 ? 'plain' : 'good';
  return (
    <Headline tone={groups.some(({ status }) => !status.startsWith('4')) ? 'bad' : tone}>
      {failed === 0 ? (
        <strong>
          {requests === 0 ? `No requests in ${span}.` : `No failure in ${span}: ${count(requests, 'request')}.`}
        </strong>
      ) : (
        <>
          <strong>{`${number(failed)} failed in ${span}: `}</strong>
          {groups.map(({ requests: times, status, reason }, index) => (
            <>
              {index > 0 && ', '}
              <a href={`/dashboard/requests?status=${status}`}>{`${number(times)} × ${status} ${reason}`.trim()}</a>
            </>
          ))}
          {others > 0 && `${groups.length > 0 ? ', ' : ''}${count(others, 'other')}`}
          {`. ${number(requests - failed)} succeeded.`}
        </>
      )}
      {webhooks.length > 0 && (
        <>
          {' '}
          <a href="/dashboard/webhooks">{webhooks.join(', ')}</a>.
        </>
      )}
    </Headline>
  );
}

const emptyView = {
  filter: {},
  before: undefined,
  selected: undefined,
  firstCall: '',
} as const;

/** Says at the top that requests fail on purpose. */
function FaultBanner({ faults }: { faults: readonly ArmedFault[] }) {
  return (
    <section class="banner" aria-label="Active faults">
      <Icon name="faults" />
      <div>
        <p>
          <strong>
            {faults.length === 1 ? 'A fault is active.' : `${number(faults.length)} faults are active.`} Requests fail
            on purpose.
          </strong>
        </p>
        <ul>
          {faults.slice(0, 3).map((fault) => (
            <li>{`${effectOf(fault)}: ${scopeOf(fault)}`}</li>
          ))}
        </ul>
      </div>
      <div class="actions">
        <a class="button" href="/dashboard/faults">
          Show
        </a>
        <Action to="/dashboard/faults" action="clear" button="Remove all" />
      </div>
    </section>
  );
}

function ClockCard({ data, errors }: Props) {
  const { now, offset, window } = data.clock;
  return (
    <Card title="Clock and state" id="clock">
      <p>
        It is <Time at={now} />
        {offset === 0 ? ', the real time.' : `, ${durationText(offset)} ahead of the real time.`} Rate limits, webhook
        retries and timestamps follow this clock.
      </p>
      <div class="actions">
        {[...new Set([window, 60_000, 3_600_000])].map((milliseconds) => (
          <Action to="/dashboard" action="advance" button={`+${durationText(milliseconds)}`}>
            <input type="hidden" name="seconds" value={String(milliseconds / 1000)} />
          </Action>
        ))}
      </div>
      <form method="post" action="/dashboard" class="inline">
        <Field
          label="Advance by, in seconds"
          name="seconds"
          type="number"
          min="0"
          step="any"
          errors={errors}
          required
        />
        <button class="plain" name="action" value="advance">
          Advance
        </button>
      </form>
      <Confirm
        to="/dashboard"
        action="reset"
        button="Reset everything"
        question="This restores the initial users, projects, tokens, webhooks, budgets and clock, and empties the log."
      />
    </Card>
  );
}
