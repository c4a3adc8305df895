import type { Child } from 'hono/jsx';
import type { Details } from '../http/failure.ts';

/** A point in time. */
export function Time({ at }: { at: string }) {
  return <time datetime={at}>{at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time>;
}

/** A status as a word or number, in a matching color. */
export function Pill({ tone, children }: { tone: 'good' | 'bad' | 'fair' | 'plain'; children?: Child }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

/** The tone of an HTTP status. */
export function toneOf(status: number | undefined): 'good' | 'bad' | 'fair' {
  if (status === undefined || status >= 500) return 'bad';
  return status < 400 ? 'good' : 'fair';
}

/** An input with its label, hint and error. */
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
  /** Renders another control instead of a text input, with the same attributes. */
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

/** A button that asks for confirmation, without a script. */
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

/** A table that becomes a list of cards on small screens. */
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
      <caption class="visually-hidden">{caption}</caption>
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

/** The message for an empty list. */
export function Empty({ children }: { children?: Child }) {
  return <p class="empty">{children}</p>;
}

/** A list of names and values. */
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

/** Preformatted text that can be scrolled with the keyboard. */
export function Code({ label, children }: { label: string; children?: Child }) {
  return (
    <pre tabindex={0} role="region" aria-label={label}>
      <code>{children}</code>
    </pre>
  );
}

/** Links to the previous and next page. */
export function Pages({ page, pages, href }: { page: number; pages: number; href: (page: number) => string }) {
  if (pages <= 1) return <></>;
  return (
    <nav aria-label="Pages" class="pages">
      {page > 1 && (
        <a rel="prev" href={href(page - 1)}>
          Previous
        </a>
      )}
      <span>{`Page ${page} of ${pages}`}</span>
      {page < pages && (
        <a rel="next" href={href(page + 1)}>
          Next
        </a>
      )}
    </nav>
  );
}
