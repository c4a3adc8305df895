import type { ArmedFault } from '../../faults/fault.ts';
import type { Details } from '../../http/failure.ts';
import { Action, Card, Empty, PageHead, Table } from '../parts/components.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { CreateForm, Field, Select } from '../parts/fields.tsx';
import { field } from '../parts/form.ts';
import { count } from '../parts/numbers.ts';

const kinds = [
  ['503', 'Respond with 503'],
  ['500', 'Respond with 500'],
  ['429', 'Respond with 429'],
  ['401', 'Respond with 401'],
  ['reset', 'Reset the connection'],
  ['cut', 'Cut the body in half'],
  ['malformed', 'Malformed JSON'],
  ['html', "A proxy's HTML page"],
  ['empty', 'An empty body'],
  ['slow', 'Only a delay'],
] as const;

const numbers = [
  ['latency', 'Latency, in ms', undefined],
  ['retryAfter', 'Retry-After, in s', undefined],
  ['times', 'Times', 'Default: 1, or unlimited with a fraction.'],
  ['share', 'Fraction of the requests, 0 to 1', 'Default: all requests.'],
] as const;

/** Faults that are often useful, to add with one click. */
const presets: readonly (readonly [name: string, form: Readonly<Record<string, string>>])[] = [
  ['503 twice', { kind: '503', times: '2', retryAfter: '1' }],
  ['429 for 2 s', { kind: '429', retryAfter: '2' }],
  ['Lose the response of a POST', { kind: 'reset', after: 'true', route: 'POST /users' }],
  ['Cut the next body', { kind: 'cut' }],
  ['Slow by 2 s, five times', { kind: 'slow', latency: '2000', times: '5' }],
  ['10 % errors', { kind: '500', share: '0.1' }],
];

export function Faults({
  faults,
  form,
  errors,
}: {
  faults: readonly ArmedFault[];
  form: URLSearchParams;
  errors?: Details | undefined;
}) {
  const value = (name: string) => field(form, name);
  const kindError = errors?.['status'] ?? errors?.['body'];
  return (
    <>
      <PageHead
        title="Faults"
        lead="Make requests fail, to test how your code handles it. Each request gets the first fault that matches it."
      >
        {faults.length > 0 && <Action to="/dashboard/faults" action="clear" button="Remove all" />}
      </PageHead>
      <Card title="Common faults">
        <div class="actions">
          {presets.map(([name, fields]) => (
            <Action to="/dashboard/faults" action="add" button={name}>
              {Object.entries(fields).map(([field, setting]) => (
                <input type="hidden" name={field} value={setting} />
              ))}
            </Action>
          ))}
        </div>
      </Card>
      <CreateForm to="/dashboard/faults" action="add" button="Add fault">
        <Field label="Failure" name="kind" errors={kindError === undefined ? undefined : { kind: kindError }}>
          {(attributes) => <Select {...attributes} options={kinds} value={value('kind')} />}
        </Field>
        <Field
          label="Route"
          name="route"
          value={value('route')}
          errors={errors}
          placeholder="POST /users"
          hint="Default: all routes."
        />
        {numbers.map(([name, label, hint]) => (
          <Field
            label={label}
            name={name}
            type="number"
            min="0"
            step={name === 'share' ? '0.01' : '1'}
            value={value(name)}
            errors={errors}
            {...(hint === undefined ? {} : { hint })}
          />
        ))}
        <label class="choice">
          <input type="checkbox" name="after" value="true" checked={value('after') === 'true'} />
          Do the work, and lose only the response
        </label>
      </CreateForm>
      {faults.length === 0 ? (
        <Empty title="No faults: all requests work.">
          <p>Add one of the common ones, or describe your own above.</p>
        </Empty>
      ) : (
        <Card flush>
          <Table caption="Active faults" columns={['Fault', 'Applies to', 'Affected so far', '']}>
            {faults.map((fault) => (
              <tr>
                <td class="wide">{effectOf(fault)}</td>
                <td>{scopeOf(fault)}</td>
                <td>{count(fault.met, 'request')}</td>
                <td class="end">
                  <Action to="/dashboard/faults" action="remove" button="Remove">
                    <input type="hidden" name="id" value={fault.id} />
                  </Action>
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
    </>
  );
}

/** Converts the form into a fault's fields. */
export function faultOf(form: URLSearchParams): Record<string, unknown> {
  const kind = field(form, 'kind');
  const fields: Record<string, unknown> = {};
  if (/^\d+$/.test(kind)) fields['status'] = Number(kind);
  else if (kind === 'reset') fields['reset'] = true;
  else if (kind !== 'slow') fields['body'] = kind;

  for (const [name] of numbers) {
    const text = field(form, name);
    if (text !== '') fields[name] = Number(text);
  }
  const route = field(form, 'route');
  if (route !== '') fields['route'] = route;
  if (form.get('after') === 'true') fields['after'] = true;
  return fields;
}
