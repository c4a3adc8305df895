import type { ArmedFault, Fault } from '../../faults/fault.ts';
import { Action, Card, Empty, PageHead } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { CreateForm, Field } from '../parts/fields.tsx';
import type { InvalidForm } from '../parts/form.ts';
import { count } from '../parts/numbers.ts';

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

export function Faults({ faults, invalid }: { faults: readonly ArmedFault[]; invalid: InvalidForm | undefined }) {
  const errors = invalid && {
    fault: Object.entries(invalid.errors)
      .map(([name, problem]) => (name === 'fault' ? problem : `${name}: ${problem}`))
      .join(' '),
  };
  return (
    <>
      <PageHead
        title="Faults"
        lead="Make requests fail, to test how your code handles it. Each request gets the first fault that matches it."
      >
        {faults.length > 0 && <Action to={to} action="clear" button="Remove all" />}
      </PageHead>
      <Card title="Common faults">
        <div class="actions">
          {presets.map(([name, fault]) => (
            <Action to={to} action="add" button={name}>
              <input type="hidden" name="fault" value={JSON.stringify(fault)} />
            </Action>
          ))}
        </div>
      </Card>
      <CreateForm to={to} action="add" button="Add another fault" errors={errors}>
        <Field
          label="Fault, as JSON"
          name="fault"
          errors={errors}
          hint="status, retryAfter, latency, reset, body (cut, malformed, html, empty), after, route, times, share"
        >
          {(attributes) => (
            <textarea {...attributes} rows={3} spellcheck={false} class="mono">
              {invalid?.form.get('fault') ?? '{ "status": 503, "route": "POST /users", "times": 3 }'}
            </textarea>
          )}
        </Field>
      </CreateForm>
      {faults.length === 0 ? (
        <Empty title="No faults: all requests work.">
          <p>Add one of the common ones, or describe your own.</p>
        </Empty>
      ) : (
        <Card title="Active faults" flush>
          <ul class="rows">
            {faults.map((fault) => (
              <li class="row">
                <span class="subject">{effectOf(fault)}</span>
                <span class="reason">{`${scopeOf(fault)}; ${count(fault.met, 'request')} affected so far`}</span>
                <Action to={to} action="remove" button="Remove">
                  <input type="hidden" name="id" value={fault.id} />
                </Action>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
