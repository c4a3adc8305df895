import type { ArmedFault, Fault } from '../../faults/fault.ts';
import { apiRoutes } from '../../resources/index.ts';
import { Action, Card, Dialog, PageHead, Rows } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { type Choice, choices, Field, Select } from '../parts/fields.tsx';
import type { InvalidForm } from '../parts/form.ts';
import { number } from '../parts/numbers.ts';

const to = '/dashboard/faults';

/** Faults that are often useful, to add with one click. */
const presets: readonly (readonly [name: string, fault: Fault])[] = [
  ['503 twice', { status: 503, times: 2, retryAfter: 1 }],
  ['429 for 2 s', { status: 429, retryAfter: 2 }],
  ['Lose the response of a POST', { reset: true, after: true, route: 'POST /users' }],
  ['Cut the next body', { body: 'cut' }],
  ['Slow by 2 s, five times', { latency: 2000, times: 5 }],
  ['10 % errors', { status: 500, share: 0.1 }],
];

/** Faults to choose from, as JSON. */
const kinds: readonly Choice[] = [
  ...[401, 404, 409, 422, 429, 500, 502, 503, 504].map((status): Fault => ({ status })),
  ...([{ latency: 2000 }, { reset: true }, { reset: true, after: true }] satisfies Fault[]),
  ...(['cut', 'malformed', 'html', 'empty'] as const).map((body): Fault => ({ body })),
].map((fault) => [JSON.stringify(fault), effectOf(fault)]);

const routes = apiRoutes.map(({ method, path }) => `${method} ${path}`);

export function Faults({ faults, invalid }: { faults: readonly ArmedFault[]; invalid: InvalidForm | undefined }) {
  const errors = invalid?.errors;
  const value = (name: string, initial = '') => invalid?.form.get(name) ?? initial;
  return (
    <>
      <PageHead
        title="Faults"
        lead="Make requests fail, to test how your code handles it. Each request gets the first fault that matches it."
      >
        <Dialog id="create" title="Add a fault" to={to} action="add" open={invalid !== undefined}>
          <Field label="Fault" name="fault" errors={errors}>
            {(attributes) => <Select {...attributes} value={value('fault', '{"status":503}')} options={kinds} />}
          </Field>
          <Field label="Route" name="route" errors={errors}>
            {(attributes) => <Select {...attributes} value={value('route')} options={choices('All routes', routes)} />}
          </Field>
          <Field label="Requests" name="times" type="number" errors={errors} value={value('times', '1')} />
        </Dialog>
      </PageHead>
      {faults.length > 0 && (
        <Card title="Active faults" actions={<Action to={to} action="clear" button="Remove all" />}>
          <Rows of="faults" label="Active faults" heads={['Fault', 'Applies to', 'So far', '']}>
            {faults.map((fault) => (
              <li class="row">
                <span class="subject">{effectOf(fault)}</span>
                <span class="reason">{scopeOf(fault)}</span>
                <span class="extra">{`${number(fault.met)} affected`}</span>
                <Action to={to} action="remove" button="Remove" fields={{ id: fault.id }} />
              </li>
            ))}
          </Rows>
        </Card>
      )}
      <Card title="Common faults" actions={<p class="hint">A click adds one, which applies at once.</p>}>
        <div class="actions">
          {presets.map(([name, fault]) => (
            <Action to={to} action="add" button={name} fields={{ fault: JSON.stringify(fault) }} />
          ))}
        </div>
      </Card>
    </>
  );
}
