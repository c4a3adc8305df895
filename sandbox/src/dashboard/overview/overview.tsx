import type { ArmedFault } from '../../faults/fault.ts';
import type { Services } from '../../state/services.ts';
import { TrafficChart } from '../parts/chart.tsx';
import { Action, Card, Code, Confirm, Copyable, Facts, PageHead, Rows, Time } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { Icon } from '../parts/icons.tsx';
import { count, durationText, number } from '../parts/numbers.ts';
import { isFailure, RequestRow } from '../requests/request-row.tsx';
import { BudgetMeter, tokenBudgets } from '../tokens/tokens.tsx';
import { DeliveryRow } from '../webhooks/delivery-row.tsx';

/** Numbers of rows to show. */
const [shownRequests, shownFailures, shownBudgets] = [6, 5, 5];

/** The token that is there from the start, or a placeholder once it is revoked. */
function usableToken({ tokens, apiToken }: Services): string {
  return tokens.find(apiToken) === undefined ? '<token>' : apiToken;
}

/** A first request to paste into a shell. */
function firstCurl(origin: string, apiToken: string): string {
  return `curl -H 'Authorization: Bearer ${apiToken}' '${origin}/v1/projects?per_page=2'`;
}

function firstProgram(origin: string, apiToken: string): string {
  return `import { Client } from '@example/sdk';

const client = new Client({
  apiToken: '${apiToken}',
  baseUrl: '${origin}/v1',
});

for await (const project of client.projects.list()) {
  console.log(project.name);
}`;
}

export function overviewData(services: Services, origin: string) {
  const { store, faults, log, traffic, clock, webhooks, windows } = services;
  const apiToken = usableToken(services);
  const now = clock.now();
  const series = traffic.series(undefined, now);
  const from = new Date(series[0]?.start ?? now).toISOString();
  const requests = log.entries.filter((request) => request.received_at >= from && isFailure(request));
  const failing = webhooks.endpoints.map(({ id }) => store.deliveryIndex.of(id).failing);
  return {
    baseUrl: `${origin}/v1`,
    apiToken,
    curl: firstCurl(origin, apiToken),
    program: firstProgram(origin, apiToken),
    faults: faults.list,
    endpoints: new Map(webhooks.endpoints.map((each) => [each.id, each])),
    traffic: { series, interval: traffic.interval, now },
    failures: {
      requests,
      deliveries: failing.reduce((sum, { size }) => sum + size, 0),
      // Those that nothing will send again come first.
      latest: failing
        .flatMap((each) => [...each.values()].slice(-shownFailures).reverse())
        .sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'))
        .slice(0, shownFailures),
    },
    budgets: tokenBudgets(services),
    latest: log.page({}, { limit: shownRequests }),
    clock: { now, offset: clock.offset, window: windows.rate.window },
  };
}

interface Props {
  readonly data: ReturnType<typeof overviewData>;
}

export function Overview({ data }: Props) {
  const { latest, faults, failures } = data;
  const isNew = latest.requests.length + failures.deliveries === 0;
  return (
    <>
      <PageHead title="Overview" lead="The Example API, running on your machine." />
      {faults.length > 0 && <FaultBanner faults={faults} />}
      {isNew ? <FirstCall data={data} /> : <Activity data={data} />}
    </>
  );
}

/** What to do with a sandbox that had no request yet. */
function FirstCall({ data }: Props) {
  return (
    <div class="columns">
      <Card title="Make your first call">
        <h3>In a terminal</h3>
        <Code label="the cURL command" text={data.curl} />
        <h3>In your code</h3>
        <Code label="the program" text={data.program} />
        <p class="below">
          It appears here as soon as it arrives. Then <a href="/dashboard/faults">make requests fail</a>,{' '}
          <a href="/dashboard/webhooks">receive a webhook</a>, or <a href="/dashboard/api-tokens">use up a limit</a>.
        </p>
      </Card>
      <ClockCard data={data} />
    </div>
  );
}

/** What fails comes first. */
function Activity({ data }: Props) {
  const { latest, budgets, traffic, failures } = data;
  const span = durationText(traffic.series.length * traffic.interval);
  const { requests, deliveries } = failures;
  return (
    <>
      {deliveries > 0 && (
        <Card
          title={count(deliveries, 'webhook delivery is failing', 'webhook deliveries are failing')}
          tone="bad"
          flush
          actions={<a href="/dashboard/webhooks">Webhooks</a>}
        >
          <Rows label="Deliveries that fail">
            {failures.latest.map((delivery) => (
              <DeliveryRow delivery={delivery} endpoint={data.endpoints.get(delivery.endpoint)} />
            ))}
          </Rows>
        </Card>
      )}
      {requests.length > 0 && (
        <Card
          title={`${count(requests.length, 'request')} failed in the last ${span}`}
          tone="bad"
          flush
          actions={<a href="/dashboard/requests">All requests</a>}
        >
          <Rows label="Requests that failed">
            {requests
              .slice(-shownFailures)
              .reverse()
              .map((request) => (
                <RequestRow request={request} href={`/dashboard/requests/${request.id}`} />
              ))}
          </Rows>
        </Card>
      )}
      <div class="columns">
        <div>
          <Card title={`Requests in the last ${span}`}>
            <TrafficChart data={traffic} label="All requests" />
          </Card>
          <Card title="Latest requests" flush actions={<a href="/dashboard/requests">Show all</a>}>
            <Rows label="Latest requests">
              {latest.requests.map((request) => (
                <RequestRow request={request} href={`/dashboard/requests/${request.id}`} />
              ))}
            </Rows>
          </Card>
        </div>
        <div>
          <Card title="Budget" actions={<a href="/dashboard/api-tokens">Timeline</a>}>
            {budgets.length === 0 && <p>There are no tokens, so every request gets a 401.</p>}
            {budgets.slice(0, shownBudgets).map((budget) => (
              <BudgetMeter budget={budget} name={budget.token.name} />
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
          <ClockCard data={data} />
        </div>
      </div>
    </>
  );
}

/** Says at the top that requests fail on purpose. */
function FaultBanner({ faults }: { faults: readonly ArmedFault[] }) {
  const more = faults.length > 1 ? `, and ${number(faults.length - 1)} more` : '';
  return (
    <section class="banner fair" aria-label="Active faults">
      <Icon name="faults" />
      <div>
        <strong>Requests fail on purpose.</strong>
        {faults.slice(0, 1).map((fault) => ` ${effectOf(fault)}: ${scopeOf(fault)}${more}.`)}
      </div>
      <a class="button" href="/dashboard/faults">
        Show
      </a>
      <Action to="/dashboard/faults" action="clear" button="Remove all" />
    </section>
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
          <Action to="/dashboard" action="advance" button={`+${durationText(milliseconds)}`}>
            <input type="hidden" name="seconds" value={String(milliseconds / 1000)} />
          </Action>
        ))}
      </div>
      <Confirm
        to="/dashboard"
        action="reset"
        button="Reset everything"
        question="This restores the initial users, projects, tokens, webhooks, budgets and clock, and empties the log."
      />
    </Card>
  );
}
