import { Hono } from 'hono';
import type { Incident } from '../../faults/armed-faults.ts';
import { timestamp } from '../../utils/clock.ts';
import { Card, Empty, Headline, PageHead, Pill, Stat, Time, type Tone } from '../parts/components.tsx';
import type { Dashboard } from '../dashboard.tsx';
import { effectOf } from '../parts/fault-text.ts';
import { count, durationText, latencyText, number } from '../parts/numbers.ts';
import {
  type Availability,
  availabilityOf,
  type ComponentStatus,
  statusReport,
  type StatusReport,
} from './status-report.ts';

const tones: Readonly<Record<ComponentStatus, Tone>> = { operational: 'good', degraded: 'fair', outage: 'bad' };

const headlines: Readonly<Record<ComponentStatus, string>> = {
  operational: 'All systems are operational',
  degraded: 'Some systems are degraded',
  outage: 'Some systems are failing',
};

/** The status page, and the same for programs. */
export function statusRoutes(dashboard: Dashboard): Hono {
  const routes = new Hono();
  routes.get('/status', (context) =>
    dashboard.page(context, 'Status', <Status report={statusReport(dashboard.services)} />),
  );
  routes.get('/health', (context) => context.json(healthOf(statusReport(dashboard.services))));
  return routes;
}

function healthOf({ version, status, now, startedAt, components, active, latency }: StatusReport) {
  return {
    status,
    version,
    now: new Date(now).toISOString(),
    started_at: timestamp(startedAt),
    uptime: Math.round((now - startedAt) / 1000),
    components: components.map(({ name, status: own }) => ({ name, status: own })),
    incidents: active.map((incident) => ({
      id: incident.id,
      description: effectOf(incident),
      route: incident.route ?? null,
      since: timestamp(incident.since),
      requests: incident.met,
    })),
    latency: latency ?? null,
  };
}

function Status({ report }: { report: StatusReport }) {
  const { status, startedAt, now, components, active, past, latency } = report;
  const span = durationText((components[0]?.history.length ?? 0) * report.interval);
  return (
    <>
      <PageHead title="Status" lead="The local counterpart of the API's status page." />
      <Headline tone={tones[status]}>
        <strong>{`${headlines[status]}.`}</strong>
        {active.length > 0 && ` ${count(active.length, 'fault is', 'faults are')} active on purpose.`}
      </Headline>
      <div class="stats">
        <Stat
          name="Up for"
          value={durationText(now - startedAt)}
          hint={
            <>
              since <Time at={startedAt} />
            </>
          }
        />
        <Stat
          name="Median latency"
          value={latency === undefined ? '–' : latencyText(latency.p50)}
          hint={`in the last ${span}`}
        />
        <Stat name="95th percentile" value={latency === undefined ? '–' : latencyText(latency.p95)} />
        <Stat name="99th percentile" value={latency === undefined ? '–' : latencyText(latency.p99)} />
      </div>
      <Card title="Components" flush>
        <ul class="components">
          {components.map(({ name, status: own, problem, history }) => (
            <li>
              <div class="component-head">
                <h3>{name}</h3>
                <span class="hint">{problem}</span>
                <Pill tone={tones[own]}>{own}</Pill>
              </div>
              <History history={history} interval={report.interval} />
              <p class="axis">
                <span>{`${span} ago`}</span>
                <span>{availabilityText(history)}</span>
                <span>now</span>
              </p>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Active incidents">
        {active.length === 0 ? (
          <Empty title="No incidents.">
            <p>
              <a href="/dashboard/faults">Add a fault</a> to see one.
            </p>
          </Empty>
        ) : (
          <ol class="incidents">
            {active.map((incident) => (
              <IncidentEntry incident={incident} />
            ))}
          </ol>
        )}
      </Card>
      {past.length > 0 && (
        <Card title="Past incidents">
          <ol class="incidents">
            {past.map((incident) => (
              <IncidentEntry incident={incident} />
            ))}
          </ol>
        </Card>
      )}
    </>
  );
}

/** One bar per interval, as status pages show days. */
function History({ history, interval }: { history: readonly Availability[]; interval: number }) {
  return (
    <div class="history" role="img" aria-label={availabilityText(history)}>
      {history.map(({ requests, failed }) => (
        <i
          class={requests === 0 ? 'plain' : failed === 0 ? 'good' : failed < requests ? 'fair' : 'bad'}
          title={
            requests === 0
              ? 'no requests'
              : `${number(failed)} of ${number(requests)} failed in ${durationText(interval)}`
          }
        />
      ))}
    </div>
  );
}

function availabilityText(history: readonly Availability[]): string {
  const share = availabilityOf(history);
  return share === undefined ? 'no requests' : `${(Math.floor(share * 1000) / 10).toString()} % succeeded`;
}

function IncidentEntry({ incident }: { incident: Incident }) {
  const { since, until, met, route } = incident;
  return (
    <li>
      <p>
        <Pill tone={until === undefined ? 'bad' : 'plain'}>{until === undefined ? 'active' : 'resolved'}</Pill>{' '}
        <strong>{effectOf(incident)}</strong> {route === undefined ? 'on all routes' : `on ${route}`}
      </p>
      <p class="hint">
        <Time at={since} show="both" />
        {until !== undefined && ` for ${durationText(until - since)}`}
        {`, ${count(met, 'request')} affected`}
      </p>
    </li>
  );
}
