import { Hono } from 'hono';
import { timestamp } from '../../utils/clock.ts';
import { Card, Empty, Headline, PageHead, Pill, Stat, Time, type Tone } from '../parts/components.tsx';
import type { Dashboard } from '../dashboard.tsx';
import { effectOf } from '../parts/fault-text.ts';
import { count, durationText, latencyText } from '../parts/numbers.ts';
import { type ComponentStatus, statusReport, type StatusReport } from './status-report.ts';

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

function healthOf({ version, status, now, startedAt, components, incidents, latency }: StatusReport) {
  return {
    status,
    version,
    now: new Date(now).toISOString(),
    started_at: timestamp(startedAt),
    uptime: Math.round((now - startedAt) / 1000),
    components: components.map(({ name, status: own }) => ({ name, status: own })),
    incidents: incidents.map((incident) => ({
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
  const { status, startedAt, now, components, incidents, latency, span } = report;
  const latencies = [
    ['Median latency', latency?.p50],
    ['95th percentile', latency?.p95],
    ['99th percentile', latency?.p99],
  ] as const;
  return (
    <>
      <PageHead title="Status" lead="The local counterpart of the API's status page." />
      <Headline tone={tones[status]}>
        <strong>{`${headlines[status]}.`}</strong>
        {incidents.length > 0 && ` ${count(incidents.length, 'fault is', 'faults are')} active on purpose.`}
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
        {latencies.map(([name, value]) => (
          <Stat
            name={name}
            value={value === undefined ? '–' : latencyText(value)}
            hint={`in the last ${durationText(span)}`}
          />
        ))}
      </div>
      <Card title="Components" flush>
        <ul class="components">
          {components.map(({ name, status: own, problem }) => (
            <li>
              <div class="component-head">
                <h3>{name}</h3>
                <span class="hint">{problem}</span>
                <Pill tone={tones[own]}>{own}</Pill>
              </div>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Incidents">
        {incidents.length === 0 ? (
          <Empty title="No incidents.">
            <p>
              <a href="/dashboard/faults">Add a fault</a> to see one.
            </p>
          </Empty>
        ) : (
          <ol class="incidents">
            {incidents.map((incident) => (
              <li>
                <p>
                  <strong>{effectOf(incident)}</strong> {`on ${incident.route ?? 'all routes'}`}
                </p>
                <p class="hint">
                  <Time at={incident.since} show="both" />
                  {`, ${count(incident.met, 'request')} affected`}
                </p>
              </li>
            ))}
          </ol>
        )}
      </Card>
    </>
  );
}
