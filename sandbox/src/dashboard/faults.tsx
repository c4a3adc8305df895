import type { ArmedFault } from '../faults/fault.ts';
import type { Details } from '../http/failure.ts';
import { Action, Empty, Field, Table } from './components.tsx';
import { field } from './form.ts';

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
  ['times', 'Times', 'Default: 1, or unlimited with a share.'],
  ['share', 'Fraction of the requests, 0 to 1', 'Default: all requests.'],
] as const;

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
  return (
    <>
      <p>Make requests fail, to test how your code handles it. Each request gets the first fault that matches it.</p>
      <div data-refresh>
        {faults.length === 0 ? (
          <Empty>No faults: all requests work.</Empty>
        ) : (
          <Table caption="Faults" columns={['Fault', 'Route', 'Requests', 'Remove']}>
            {faults.map(({ id, met, route, ...fault }) => (
              <tr>
                <td data-label="Fault" class="wide">
                  {Object.entries(fault)
                    .map(([name, setting]) => `${name} ${String(setting)}`)
                    .join(', ')}
                </td>
                <td data-label="Route">{route ?? 'all'}</td>
                <td data-label="Requests" class="number">
                  {met}
                </td>
                <td data-label="Remove">
                  <Action to={`/dashboard/faults/${id}/delete`} button="Remove" />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      <section>
        <h2>New fault</h2>
        <form method="post" action="/dashboard/faults">
          <Field
            label="Failure"
            name="kind"
            errors={errors?.['status'] === undefined ? undefined : { kind: errors['status'] }}
          >
            {(attributes) => (
              <select {...attributes}>
                {kinds.map(([kind, name]) => (
                  <option value={kind} selected={kind === value('kind')}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Route"
            name="route"
            value={value('route')}
            errors={errors}
            placeholder="POST /users"
            hint="Default: all routes."
          />
          <div class="pairs">
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
          </div>
          <label class="choice">
            <input type="checkbox" name="after" value="true" checked={value('after') === 'true'} />
            Do the work, and lose only the response
          </label>
          <button class="main">Add fault</button>
        </form>
      </section>
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
