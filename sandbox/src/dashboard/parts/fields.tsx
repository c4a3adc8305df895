import type { Child } from 'hono/jsx';
import type { Details } from '../../http/failure.ts';
import { Card } from './components.tsx';

/** An input with its label, hint and error. */
export function Field({
  label,
  name,
  id = name,
  errors,
  hint,
  children,
  ...input
}: {
  label: string;
  name: string;
  id?: string;
  errors?: Details | undefined;
  hint?: Child;
  /** Renders another control instead of a text input, with the same attributes. */
  children?: ((attributes: Record<string, string | undefined>) => Child) | undefined;
  value?: string | undefined;
  type?: string;
  placeholder?: string;
  required?: boolean;
  maxlength?: number;
  min?: number;
}) {
  const error = errors?.[name];
  const described = [error !== undefined && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean);
  const attributes = {
    id,
    name,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children === undefined ? <input autocomplete="off" {...attributes} {...input} /> : children(attributes)}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
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

/** The form that adds something to a list: behind a button, unless it has errors or the list is empty. */
export function CreateForm({
  to,
  action,
  button,
  errors,
  open = false,
  children,
}: {
  to: string;
  action: string;
  button: string;
  errors: Details | undefined;
  open?: boolean;
  children?: Child;
}) {
  return (
    <details class="create" open={open || errors !== undefined}>
      <summary class="button">{button}</summary>
      <Card>
        <form method="post" action={to} aria-label={button}>
          {children}
          <button class="main" name="action" value={action}>
            {button}
          </button>
        </form>
      </Card>
    </details>
  );
}
