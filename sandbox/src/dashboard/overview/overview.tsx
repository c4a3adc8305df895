import { type Context, Hono } from 'hono';
import { isOnPurpose } from '../../state/reasons.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Services } from '../../state/services.ts';
import { healthOf } from '../../webhooks/health.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, unknownAction } from '../parts/form.ts';
import { durationText, count } from '../parts/numbers.ts';
import { ActiveFaults } from '../faults/faults.tsx';
import { Address } from '../parts/address.tsx';
import { Action, Card, Code, Copy, Dialog, PageHead, Pill, Rows, Time } from '../parts/components.tsx';
import { firstCurl } from '../requests/reproduce.ts';
import { collapsed, isFailure, RequestRow, requestTable, runs } from '../requests/request-row.tsx';
import { waiting } from '../requests/requests.tsx';
import { BudgetMeter, BudgetNote, tokenBudgets } from '../tokens/tokens.tsx';
import { Causes, Remedy } from '../webhooks/webhooks.tsx';

/** Numbers of rows to show. */
const [shownRequests, shownFailures, shownBudgets] = [8, 6, 5];

/** How long a request that failed is shown, in milliseconds. */
const recent = 300_000;

const program = `import { Client } from '@example/sdk';

// Reads .env: node --env-file=.env
const client = new Client();
for await (const project of client.projects.list()) {
  console.log(project.name);
}`;

function overviewData(services: Services, origin: string) {
  const { faults, log, clock, webhooks, windows, apiToken } = services;
  const now = clock.now();
  const from = new Date(now - recent).toISOString();
  const budgets = tokenBudgets(services);
  const used = budgets.filter(({ remaining }) => remaining === 0);
  // What a token's budget refuses is said once, beside its name.
  const refused = new Set(used.map(({ token }) => token.id));
  const requests = log.entries.toReversed().filter(({ status, token = '' }) => status !== 429 || !refused.has(token));
  const failures = requests.filter((each) => each.received_at >= from && isFailure(each) && !isOnPurpose(each));
  return {
    origin,
    env: `EXAMPLE_BASE_URL=${origin}/v1\nEXAMPLE_API_TOKEN=${apiToken}\n`,
    curl: firstCurl(origin, apiToken),
    faults: faults.list,
    failures,
    others: runs(requests.filter((request) => !failures.includes(request))).slice(0, shownRequests),
    webhooks: webhooks.endpoints
      .map((endpoint) => ({ endpoint, health: healthOf(endpoint, webhooks.deliveries) }))
      .filter(({ health }) => health.failing.length > 0),
    budgets,
    used,
    clock: { now, offset: clock.offset, window: windows.rate.window },
  };
}

interface Props {
  readonly data: ReturnType<typeof overviewData>;
}

function Overview({ data }: Props) {
  const { failures, others, webhooks } = data;
  return (
    <>
      <PageHead title="Overview" lead={['The Example API runs at ', <code>{`${data.origin}/v1`}</code>]}>
        <Copy text={data.env} label="the lines for .env">
          Copy .env
        </Copy>
      </PageHead>
      <Alerts data={data} />
      <Failed requests={failures} />
      <ActiveFaults faults={data.faults} brief />
      {[failures, others, webhooks].every(({ length }) => length === 0) ? (
        <FirstCall data={data} />
      ) : (
        <Activity data={data} />
      )}
    </>
  );
}

/** What to do with a sandbox that had no request yet. */
function FirstCall({ data }: Props) {
  return (
    <div class="columns">
      <Card title="Make your first call" actions={waiting}>
        <h3>In a terminal</h3>
        <Code label="the cURL command" text={data.curl} />
        <h3>In .env</h3>
        <Code label="the lines for .env" text={data.env} />
        <h3>In your code</h3>
        <Code label="the program" text={program} />
        <p>
          Then <a href="/dashboard/faults">make requests fail</a>, or <a href="/dashboard/webhooks">receive webhooks</a>
          .
        </p>
      </Card>
      <ClockCard data={data} />
    </div>
  );
}

function Activity({ data }: Props) {
  const { others, failures, budgets } = data;
  const latest = failures.length > 0 ? 'Recent requests' : 'Latest requests';
  return (
    <div class="columns">
      <Card title={latest} actions={<a href="/dashboard/requests">All requests</a>}>
        <Rows {...requestTable} label="Latest requests">
          {others.map(({ request, all }) => (
            <RequestRow request={request} times={all.length} href={`/dashboard/requests/${request.id}`} />
          ))}
        </Rows>
      </Card>
      <div>
        <Card title="Budget" actions={<a href="/dashboard/api-tokens">API tokens</a>}>
          {budgets.slice(0, shownBudgets).map((budget) => (
            <BudgetMeter budget={budget} name={budget.token.name} />
          ))}
        </Card>
        <ClockCard data={data} />
      </div>
    </div>
  );
}

/** The webhooks that fail and the tokens that are used up, each in a line: why, and what to do. */
function Alerts({ data: { webhooks, used } }: Props) {
  if (webhooks.length + used.length === 0) return <></>;
  return (
    <Card title="Needs attention" tone="bad">
      <Rows of="alerts" label="What needs attention" heads={[]}>
        {webhooks.map(({ endpoint, health }) => (
          <li class="row">
            <Pill tone="bad">failing</Pill>
            <a href={`/dashboard/webhooks/${endpoint.id}`}>
              <Address of={endpoint.url} />
            </a>
            <div class="why">
              <Causes of={health} />
            </div>
            <Remedy endpoint={endpoint} health={health} />
          </li>
        ))}
        {used.map((budget) => (
          <li class="row">
            <Pill tone="bad">used up</Pill>
            <a href={`/dashboard/api-tokens#${budget.token.id}`}>{budget.token.name}</a>
            <div class="why bad">
              <BudgetNote budget={budget} />
            </div>
            <a class="button" href={`/dashboard/requests?token=${budget.token.id}`}>
              View requests
            </a>
          </li>
        ))}
      </Rows>
    </Card>
  );
}

const lately = <i class="hint">in the last {durationText(recent)}</i>;

/** Requests that failed, those that ended alike once. */
function Failed({ requests }: { requests: readonly RecordedRequest[] }) {
  const groups = collapsed(requests);
  if (groups.length === 0) return <></>;
  const all = <a href="/dashboard/requests?status=4xx">All 4xx requests</a>;
  return (
    <Card title={[`${count(requests.length, 'request')} failed `, lately]} tone="bad" actions={all}>
      <Rows {...requestTable} label="Requests that failed">
        {groups.slice(0, shownFailures).map((group) => (
          <RequestRow {...group} href={`/dashboard/requests/${group.request.id}`} />
        ))}
      </Rows>
    </Card>
  );
}

function ClockCard({ data }: Props) {
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
          <Action
            to="/dashboard"
            action="advance"
            button={`+${durationText(milliseconds)}`}
            fields={{ seconds: String(milliseconds / 1000) }}
          />
        ))}
        <Dialog id="reset" title="Reset everything" to="/dashboard" action="reset" tone="danger">
          <p>This restores the initial users, projects, tokens, webhooks, budgets and clock, and empties the log.</p>
        </Dialog>
      </div>
    </Card>
  );
}

/** Seconds that a button advances the clock by. */
const step = /^\d{1,6}(\.\d+)?$/;

export function overviewRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { clock } = services;
  const routes = new Hono();

  const show = (context: Context) => {
    const data = overviewData(services, new URL(context.req.url).origin);
    return dashboard.page(context, 'Overview', <Overview data={data} />);
  };
  dashboard.serve(routes, '/', show, {
    advance: (form) => {
      const seconds = field(form, 'seconds');
      if (!step.test(seconds)) throw unknownAction();
      clock.advance(Number(seconds) * 1000);
      return { text: `Clock ${durationText(clock.offset)} ahead` };
    },
    reset: () => {
      services.reset();
      return { text: 'Initial state restored' };
    },
  });

  return routes;
}
