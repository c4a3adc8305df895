import type { InvalidForm } from './form.ts';

interface FieldProps {
  label: string;
  name: string;
  /** The form that was sent, whose value it keeps. */
  invalid: InvalidForm | undefined;
  value?: string | undefined;
  /** Makes it a list of choices. */
  options?: readonly Choice[] | undefined;
  lines?: number;
  placeholder?: string;
  type?: 'number';
}

export function Field({ label, name, invalid, value: initial = '', options, lines = 1, ...input }: FieldProps) {
  const error = invalid?.errors[name];
  const value = invalid?.form.get(name) ?? initial;
  const attributes = {
    id: name,
    name,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': error === undefined ? undefined : `${name}-error`,
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {options !== undefined ? (
        <Select {...attributes} value={value} options={options} />
      ) : lines > 1 ? (
        <textarea {...attributes} rows={lines} spellcheck={false} class="mono">
          {value}
        </textarea>
      ) : (
        <input autocomplete="off" {...attributes} {...input} value={value} />
      )}
      {error !== undefined && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export type Choice = readonly [value: string, name: string];

/** Choices that are named as their values are, each once, after one for none or all of them. */
export function choices(first: string, values: readonly string[], value = ''): readonly Choice[] {
  return [[value, first], ...[...new Set(values)].filter(Boolean).map((value): Choice => [value, value])];
}

interface SelectProps {
  options: readonly Choice[];
  value: string;
  name: string;
  'aria-label'?: string;
}

export function Select({ options, value, ...attributes }: SelectProps) {
  return (
    <select {...attributes}>
      {options.map(([option, name]) => (
        <option value={option} selected={option === value}>
          {name}
        </option>
      ))}
    </select>
  );
}
