import type { Child } from 'hono/jsx';
import type { Details } from '../../http/failure.ts';

/** An input with its label and error. */
export function Field({
  label,
  name,
  errors,
  children,
  ...input
}: {
  label: string;
  name: string;
  errors?: Details | undefined;
  /** Renders another control instead of a text input, with the same attributes. */
  children?: ((attributes: Record<string, string | undefined>) => Child) | undefined;
  value?: string | undefined;
  type?: string;
  placeholder?: string;
}) {
  const error = errors?.[name];
  const attributes = {
    id: name,
    name,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': error === undefined ? undefined : `${name}-error`,
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children === undefined ? <input autocomplete="off" {...attributes} {...input} /> : children(attributes)}
      {error !== undefined && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export type Choice = readonly [value: string, name: string];

/** Choices that are named as their values are, each once, after one for none of them. */
export function choices(none: string, values: readonly string[]): readonly Choice[] {
  return [['', none], ...[...new Set(values)].filter(Boolean).map((value): Choice => [value, value])];
}

/** A list of choices, of which one is selected. */
export function Select({
  options,
  value,
  ...attributes
}: {
  options: readonly Choice[];
  value: string;
  id?: string | undefined;
  name?: string | undefined;
  'aria-label'?: string;
  'aria-invalid'?: string | undefined;
  'aria-describedby'?: string | undefined;
}) {
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
