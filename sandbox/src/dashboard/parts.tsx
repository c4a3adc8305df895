import type { Child } from 'hono/jsx';
import type { Details } from '../failure.ts';

/** A moment, for people and for machines. */
export function Time({ at }: { at: string }) {
  return <time datetime={at}>{at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time>;
}

/** A status in a word or number, in a colour that says the same. */
export function Pill({ tone, children }: { tone: 'good' | 'bad' | 'fair' | 'plain'; children?: Child }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

/** The tone of an HTTP status. */
export function toneOf(status: number | undefined): 'good' | 'bad' | 'fair' {
  if (status === undefined || status >= 500) return 'bad';
  return status < 400 ? 'good' : 'fair';
}

/** A labelled input with what is wrong with it. */
export function Field({
  label,
  name,
  errors,
  hint,
  children,
  ...input
}: {
  label: string;
  name: string;
  errors?: Details | undefined;
  hint?: string;
  /** Another control than a text input; it gets the same attributes. */
  children?: (attributes: Record<string, string | undefined>) => Child;
  value?: string | undefined;
  type?: string;
  placeholder?: string;
  required?: boolean;
  maxlength?: number;
  min?: string;
  max?: string;
  step?: string;
}) {
  const error = errors?.[name];
  const described = [error !== undefined && `${name}-error`, hint !== undefined && `${name}-hint`].filter(Boolean);
  const attributes = {
    id: name,
    name,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children === undefined ? <input autocomplete="off" {...attributes} {...input} /> : children(attributes)}
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** A form with one button. */
export function Action({
  to,
  button,
  tone = 'plain',
  children,
}: {
  to: string;
  button: string;
  tone?: 'main' | 'plain' | 'danger';
  children?: Child;
}) {
  return (
    <form method="post" action={to}>
      {children}
      <button class={tone}>{button}</button>
    </form>
  );
}

/** A button that asks once more, without a script. */
export function Confirm({ to, button, question }: { to: string; button: string; question: string }) {
  return (
    <details class="confirm">
      <summary>{button}…</summary>
      <div>
        <p>{question}</p>
        <Action to={to} button={button} tone="danger" />
      </div>
    </details>
  );
}

/** A table that turns into cards on a phone. */
export function Table({
  caption,
  columns,
  children,
}: {
  caption: string;
  columns: readonly string[];
  children?: Child;
}) {
  return (
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col">{column}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** What is said where there is nothing to show. */
export function Empty({ children }: { children?: Child }) {
  return <p class="empty">{children}</p>;
}

/** Names and values, as headers are. */
export function Headers({ of }: { of: Readonly<Record<string, string>> }) {
  return (
    <dl class="headers">
      {Object.entries(of).map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Text as it is; scrolls, also with the keyboard. */
export function Code({ label, children }: { label: string; children?: Child }) {
  return (
    <pre tabindex={0} role="region" aria-label={label}>
      <code>{children}</code>
    </pre>
  );
}
