import type { ArmedFault } from '../../faults/fault.ts';
import type { RequestPage } from '../../state/request-log.ts';
import { capitalized } from '../../resources/resource.ts';
import type { TokenInfo } from '../../state/sandbox-state.ts';
import { type ChartData, TrafficChart } from '../parts/chart.tsx';
import { Action, Card, Code, Confirm, Copyable, Empty, PageHead, Stat, Time } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { Field } from '../parts/fields.tsx';
import type { Details } from '../../http/failure.ts';
import { Icon } from '../parts/icons.tsx';
import { durationText } from '../parts/duration.ts';
import { RequestRow } from '../requests/requests.tsx';
import { BudgetMeter, type TokenBudget } from '../tokens/rate-limits.tsx';

export interface OverviewData {
  readonly baseUrl: string;
  readonly apiToken: string;
  readonly curl: string;
  readonly program: string;
  readonly faults: readonly ArmedFault[];
  readonly traffic: ChartData;
  readonly budgets: readonly TokenBudget[];
  readonly latest: RequestPage;
  readonly tokens: readonly TokenInfo[];
  readonly counts: {
    readonly records: readonly { readonly name: string; readonly count: number }[];
    readonly requests: number;
    readonly webhooks: number;
    readonly pendingDeliveries: number;
    readonly failedDeliveries: number;
  };
  readonly clock: { readonly now: number; readonly offset: number; readonly window: number };
  readonly errors?: Details | undefined;
}

/** Number of tokens whose budget is shown. */
const shownBudgets = 5;

export function Overview({ data }: { data: OverviewData }) {
  const { counts, latest, faults } = data;
  const recent = data.traffic.series;
  const refused = recent.reduce((sum, { refused: count }) => sum + count, 0);
  const failed = recent.reduce((sum, { serverErrors }) => sum + serverErrors, 0);
  const span = durationText(recent.length * data.traffic.interval);
  return (
    <>
      <PageHead title="Overview" lead="The Example API, running on your machine." />
      {faults.length > 0 && <FaultBanner faults={faults} />}
      <div class="stats">
        <Stat
          name="Requests"
          value={counts.requests.toLocaleString('en')}
          hint="in the log"
          href="/dashboard/requests"
        />
        <Stat
          name="Refused"
          value={refused}
          tone={refused > 0 ? 'fair' : 'plain'}
          hint={`with 429 in ${span}`}
          href="/dashboard/requests?status=429"
        />
        <Stat
          name="Failed"
          value={failed}
          tone={failed > 0 ? 'bad' : 'plain'}
          hint={`with 5xx or broken in ${span}`}
          href="/dashboard/requests?status=5xx"
        />
        <Stat
          name="Undelivered"
          value={counts.failedDeliveries + counts.pendingDeliveries}
          tone={counts.failedDeliveries > 0 ? 'bad' : 'plain'}
          hint={`events: ${counts.pendingDeliveries} pending, ${counts.failedDeliveries} failed`}
          href="/dashboard/webhooks"
        />
        {counts.records.map(({ name, count }) => (
          <Stat name={capitalized(name)} value={count.toLocaleString('en')} href={`/dashboard/${name}`} />
        ))}
      </div>
      <div class="columns">
        <div>
          <Card title={`Last ${span}`}>
            <TrafficChart data={data.traffic} label="All requests" />
          </Card>
          <Card
            title="Latest requests"
            flush
            actions={
              <a class="button" href="/dashboard/requests">
                Show all
              </a>
            }
          >
            {latest.requests.length === 0 ? (
              <Empty title="No requests yet.">
                <p>Paste the first call into a terminal, and watch it arrive here.</p>
              </Empty>
            ) : (
              <ol class="rows" aria-label="Latest requests">
                {latest.requests.map((request) => (
                  <RequestRow request={request} view={{ ...emptyView, list: latest, tokens: data.tokens }} />
                ))}
              </ol>
            )}
          </Card>
          <ClockCard data={data} />
        </div>
        <div>
          <Card title="Make a call">
            <dl class="facts short">
              <div>
                <dt>Base URL</dt>
                <dd>
                  <Copyable text={data.baseUrl} label="the base URL" />
                </dd>
              </div>
              <div>
                <dt>Token</dt>
                <dd>
                  <Copyable text={data.apiToken} label="the token" />
                </dd>
              </div>
            </dl>
            <h3>cURL</h3>
            <Code label="the cURL command" text={data.curl} />
            <h3>SDK</h3>
            <Code label="the program" text={data.program} />
          </Card>
          <Card
            title="Budget"
            actions={
              <a class="button" href="/dashboard/rate-limits">
                Timeline
              </a>
            }
          >
            {data.budgets.length === 0 && <Empty title="There are no tokens, so every request gets a 401." />}
            {data.budgets.slice(0, shownBudgets).map((budget) => (
              <BudgetMeter budget={budget} />
            ))}
          </Card>
        </div>
      </div>
    </>
  );
}

const emptyView = {
  filter: {},
  paused: false,
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
            {faults.length === 1 ? 'A fault is active.' : `${faults.length} faults are active.`} Requests fail on
            purpose.
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

function ClockCard({ data }: { data: OverviewData }) {
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
          errors={data.errors}
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
