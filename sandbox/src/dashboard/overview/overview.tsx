import type { ArmedFault } from '../../faults/fault.ts';
import { problemsOf } from '../../state/reasons.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Services } from '../../state/services.ts';
import { healthOf } from '../../webhooks/health.ts';
import { Action, Card, Code, Copy, Dialog, Facts, PageHead, Pill, Rest, Rows, Time } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { Icon } from '../parts/icons.tsx';
import { count, durationText, number } from '../parts/numbers.ts';
import { collapsed, isFailure, RequestRow, requestTable, runs } from '../requests/request-row.tsx';
import { BudgetMeter, tokenBudgets } from '../tokens/tokens.tsx';
import { WebhookRows } from '../webhooks/webhooks.tsx';

/** Numbers of rows to show. */
const [shownRequests, shownFailures, shownBudgets] = [8, 6, 5];

/** How long a request that failed is shown, in milliseconds. */
const recent = 300_000;

const program = `import { Client } from '@example/sdk';

// It reads the variables of .env: node --env-file=.env
const client = new Client();
for await (const project of client.projects.list()) {
  console.log(project.name);
}`;

export function overviewData(services: Services, origin: string) {
  const { faults, log, clock, webhooks, windows, apiToken } = services;
  const now = clock.now();
  const from = new Date(now - recent).toISOString();
  const requests = log.entries.toReversed();
  const failures = requests.filter((request) => request.received_at >= from && isFailure(request));
  const shown = new Set(failures);
  const isInjected = (request: RecordedRequest) => request.fault !== undefined && problemsOf(request).length === 0;
  return {
    origin,
    env: `EXAMPLE_BASE_URL=${origin}/v1\nEXAMPLE_API_TOKEN=${apiToken}\n`,
    curl: `curl -H 'Authorization: Bearer ${apiToken}' \\\n  '${origin}/v1/projects?per_page=2'`,
    faults: faults.list,
    failures: failures.filter((request) => !isInjected(request)),
    injected: failures.filter(isInjected),
    others: runs(requests.filter((request) => !shown.has(request))).slice(0, shownRequests),
    webhooks: webhooks.endpoints
      .map((endpoint) => ({ endpoint, health: healthOf(endpoint, webhooks.deliveries) }))
      .filter(({ health }) => health.failing.length > 0),
    budgets: tokenBudgets(services),
    clock: { now, offset: clock.offset, window: windows.rate.window },
  };
}

interface Props {
  readonly data: ReturnType<typeof overviewData>;
}

export function Overview({ data }: Props) {
  const { failures, injected, others, faults, webhooks } = data;
  return (
    <>
      <PageHead title="Overview" lead={['The Example API runs at ', <code>{`${data.origin}/v1`}</code>]}>
        <Copy text={data.env} label="the lines for .env">
          Copy .env
        </Copy>
      </PageHead>
      {faults.length > 0 && <FaultBanner faults={faults} />}
      {[failures, injected, others, webhooks].every(({ length }) => length === 0) ? (
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
    <div class="columns first">
      <Card title="Make your first call" actions={<Pill tone="good">● Waiting for your first request…</Pill>}>
        <h3>In a terminal</h3>
        <Code label="the cURL command" text={data.curl} />
        <h3>In your code, with these lines in .env</h3>
        <Code label="the lines for .env" text={data.env} />
        <Code label="the program" text={program} />
        <p>Your request appears here as soon as it arrives. Then:</p>
        <Facts
          of={[
            [<a href="/dashboard/faults">Make requests fail</a>, 'See how your code handles a 503.'],
            [<a href="/dashboard/webhooks">Receive a webhook</a>, 'Register the URL of your server.'],
            [<a href="/dashboard/api-tokens">Use up a limit</a>, 'Make requests until the API answers 429.'],
          ]}
        />
      </Card>
      <ClockCard data={data} />
    </div>
  );
}

/** What fails comes first, and only there. */
function Activity({ data }: Props) {
  const { others, failures, injected, webhooks, budgets } = data;
  const latest = failures.length + injected.length > 0 ? 'Other requests' : 'Latest requests';
  return (
    <>
      {webhooks.length > 0 && (
        <Card
          title={count(webhooks.length, 'webhook is failing', 'webhooks are failing')}
          tone="bad"
          actions={<a href="/dashboard/webhooks">All webhooks</a>}
        >
          <WebhookRows endpoints={webhooks} />
        </Card>
      )}
      <Failed requests={failures} onPurpose={false} />
      <Failed requests={injected} onPurpose />
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
    </>
  );
}

/** Requests that failed, those that ended alike once. */
function Failed({ requests, onPurpose }: { requests: readonly RecordedRequest[]; onPurpose: boolean }) {
  const groups = collapsed(requests);
  if (groups.length === 0) return <></>;
  const how = onPurpose ? 'failed on purpose' : 'failed';
  const title = [
    `${count(requests.length, 'request')} ${how} `,
    <i class="hint">in the last {durationText(recent)}</i>,
  ];
  return (
    <Card title={title} tone={onPurpose ? 'fair' : 'bad'}>
      <Rows {...requestTable} label={`Requests that ${how}`}>
        {groups.slice(0, shownFailures).map((group) => (
          <RequestRow {...group} href={`/dashboard/requests/${group.request.id}`} />
        ))}
      </Rows>
      <Rest
        shown={shownFailures}
        of={groups.length}
        href={`/dashboard/requests${onPurpose ? '?status=injected' : ''}`}
      />
    </Card>
  );
}

/** Says at the top that requests fail on purpose. */
function FaultBanner({ faults }: { faults: readonly ArmedFault[] }) {
  const more = faults.length > 1 ? `, and ${number(faults.length - 1)} more` : '';
  return (
    <section class="banner fair" aria-label="Active faults">
      <Icon name="faults" />
      <div>
        <a href="/dashboard/faults">Requests fail on purpose.</a>
        {faults.slice(0, 1).map((fault) => ` ${effectOf(fault)}: ${scopeOf(fault)}${more}.`)}
      </div>
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
