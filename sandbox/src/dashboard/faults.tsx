import type { Details } from '../failure.ts';
import type { ArmedFault } from '../faults.ts';
import { field } from './form.ts';
import { Action, Empty, Field, Table } from './parts.tsx';

const kinds = [
  ['503', 'Answer 503'],
  ['500', 'Answer 500'],
  ['429', 'Answer 429'],
  ['401', 'Answer 401'],
  ['reset', 'Reset the connection'],
  ['cut', 'Cut the body in half'],
  ['malformed', 'Malformed JSON'],
  ['html', "A proxy's HTML page"],
  ['empty', 'An empty body'],
  ['slow', 'Only the latency'],
] as const;

const numbers = [
  ['latency', 'Latency, in ms', undefined],
  ['retryAfter', 'Retry-After, in s', undefined],
  ['times', 'Times', 'Default 1, or with a share no end.'],
  ['share', 'Share of the requests, 0 to 1', 'Default every one.'],
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
      <p>
        Make the API fail on purpose, and see how your code takes it. A request meets the first fault that is meant for
        it.
      </p>
      <div data-refresh>
        {faults.length === 0 ? (
          <Empty>None: the API works.</Empty>
        ) : (
          <Table caption="Faults" columns={['What', 'Route', 'Met', 'Remove']}>
            {faults.map(({ id, met, route, ...fault }) => (
              <tr>
                <td data-label="What" class="wide">
                  {Object.entries(fault)
                    .map(([name, setting]) => `${name} ${String(setting)}`)
                    .join(', ')}
                </td>
                <td data-label="Route">{route ?? 'every one'}</td>
                <td data-label="Met" class="number">
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
            label="What goes wrong"
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
            hint="Default every one."
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
            Do the work all the same, and lose only its answer
          </label>
          <button class="main">Add fault</button>
        </form>
      </section>
    </>
  );
}

/** What the form means, as a fault's fields. */
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
