import { Hono } from 'hono';
import type { Child } from 'hono/jsx';
import { type ArmedFault, effectOf, type Fault } from '../../faults/fault.ts';
import { apiRoutes } from '../../resources/index.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, jsonField, type InvalidForm } from '../parts/form.ts';
import { Action, Card, Dialog, PageHead, Rows } from '../parts/components.tsx';
import { type Choice, choices, Field } from '../parts/fields.tsx';
import { count, number } from '../parts/numbers.ts';

const to = '/dashboard/faults';

/** Faults that are often useful, to add with one click. */
const presets: readonly Fault[] = [
  { status: 503, times: 2, retryAfter: 1 },
  { status: 429, retryAfter: 2 },
  { reset: true, after: true, route: 'POST /users' },
  { body: 'cut' },
  { latency: 2000, times: 5 },
  { status: 500, share: 0.1 },
];

/** Faults to choose from, as JSON. */
const kinds: readonly Choice[] = [
  ...[401, 404, 409, 422, 429, 500, 502, 503, 504].map((status): Fault => ({ status })),
  ...([{ latency: 2000 }, { reset: true }, { reset: true, after: true }] satisfies Fault[]),
  ...(['cut', 'malformed', 'html', 'empty'] as const).map((body): Fault => ({ body })),
].map((fault) => [JSON.stringify(fault), effectOf(fault)]);

const routes = apiRoutes.map(({ method, path }) => `${method} ${path}`);

function Faults({ faults, invalid }: { faults: readonly ArmedFault[]; invalid: InvalidForm | undefined }) {
  return (
    <>
      <PageHead
        title="Faults"
        lead="Make requests fail, to test how your code handles it. Each request gets the first fault that matches it."
      >
        <Dialog id="create" title="Inject a fault" to={to} action="add" open={invalid !== undefined}>
          <Field label="Fault" name="fault" invalid={invalid} value='{"status":503}' options={kinds} />
          <Field label="Route" name="route" invalid={invalid} options={choices('All routes', routes)} />
          <Field label="Requests" name="times" invalid={invalid} value="1" type="number" placeholder="All" />
        </Dialog>
      </PageHead>
      <ActiveFaults faults={faults} />
      <Card title="Common faults">
        <Rows of="faults" label="Common faults" heads={['Fault', 'Applies to', '', '']}>
          {presets.map((fault) => (
            <FaultRow fault={fault}>
              <Action to={to} action="add" button="Inject" fields={{ fault: JSON.stringify(fault) }} />
            </FaultRow>
          ))}
        </Rows>
      </Card>
    </>
  );
}

/** The faults that are active, or `brief` only what they do. */
export function ActiveFaults({ faults, brief }: { faults: readonly ArmedFault[]; brief?: boolean }) {
  if (faults.length === 0) return <></>;
  const title = count(faults.length, 'fault is active', 'faults are active');
  const clear = <Action to={to} action="clear" button="Remove all" />;
  if (brief) {
    const view = <a href={to}>View</a>;
    return (
      <Card title={[title, ' ', <i class="hint">{faults.map(effectOf).join(' · ')}</i>]} actions={[view, clear]} />
    );
  }
  return (
    <Card title={title} actions={clear}>
      <Rows of="faults" label="Active faults" heads={['Fault', 'Applies to', 'Requests', '']}>
        {faults.map((fault) => (
          <FaultRow fault={fault} note={countOf(fault)}>
            <Action to={to} action="remove" button="Remove" fields={{ id: fault.id }} />
          </FaultRow>
        ))}
      </Rows>
    </Card>
  );
}

function FaultRow({ fault, note, children }: { fault: Partial<ArmedFault>; note?: string; children: Child }) {
  return (
    <li class="row" id={fault.id}>
      <span class="subject">
        {effectOf(fault)} <code class="hint">{fault.id}</code>
      </span>
      <span class="reason">{scopeOf(fault)}</span>
      <span class="extra">{note}</span>
      {children}
    </li>
  );
}

export function faultRoutes(dashboard: Dashboard): Hono {
  const { faults } = dashboard.services;
  const routes = new Hono();

  dashboard.serve(
    routes,
    '/',
    (context, invalid) => dashboard.page(context, 'Faults', <Faults faults={faults.list} invalid={invalid} />, invalid),
    {
      add: (form) => {
        // It is checked as one of a test is.
        const times = form.get('times');
        const fault = faults.next({
          route: field(form, 'route') || undefined,
          share: times === '' ? 1 : undefined,
          times: times ? Number(times) : undefined,
          ...(jsonField(form, 'fault') as Fault),
        });
        return { text: `Injected: ${effectOf(fault)}, for ${scopeOf(fault)}`, row: fault.id };
      },
      remove: (form) => {
        faults.remove(field(form, 'id'));
        return { text: 'Fault removed' };
      },
      clear: () => {
        faults.clear();
        return { text: 'All faults removed' };
      },
    },
  );

  return routes;
}

/** Which requests a fault applies to, such as `the next 2 requests to POST /users`. */
function scopeOf({ route, share, times, met = 0 }: Partial<ArmedFault>): string {
  const which = route === undefined ? '' : ` to ${route}`;
  const left = (times ?? 1) - met;
  if (share === undefined || (share === 1 && times !== undefined))
    return `${left === 1 ? 'the next request' : `the next ${number(left)} requests`}${which}`;
  const most = times === undefined ? '' : `, at most ${number(left)}`;
  return `${share === 1 ? 'all' : `${Math.round(share * 1000) / 10}% of the`} requests${which}${most}`;
}

/** How many requests it has applied to, and to how many it still does if it is counted. */
function countOf({ times, met }: ArmedFault): string {
  if (met === 0) return 'not used yet';
  return `hit ${count(met, 'request')}${times === undefined ? '' : `, ${number(times - met)} left`}`;
}
