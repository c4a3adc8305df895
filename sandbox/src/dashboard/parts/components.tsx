import type { Child } from 'hono/jsx';
import { Icon } from './icons.tsx';
import { number } from './numbers.ts';

/** A color of the palette of states. `refused` is that of a 429. */
export type Tone = 'good' | 'fair' | 'refused' | 'bad' | 'plain';

/**
 * A point in time: UTC in the page, and by the script the local time, how long ago it is, or both, with UTC on hover.
 *
 * @param at ISO 8601, or epoch milliseconds.
 */
export function Time({ at, show = 'time' }: { at: string | number; show?: 'time' | 'ago' | 'both' }) {
  const iso = typeof at === 'number' ? new Date(at).toISOString() : at;
  const utc = iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
  return (
    <time datetime={iso} data-show={show} title={utc}>
      {utc}
    </time>
  );
}

/** A status as a word or number, in a matching color. */
export function Pill({ tone, children }: { tone: Tone; children?: Child }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

/** The title of a page, with what it is about and what can be done there. */
export function PageHead({ title, lead, children }: { title: Child; lead?: Child; children?: Child }) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  );
}

/** A part of a page. */
export function Card({
  title,
  actions,
  children,
  id,
  flush = false,
}: {
  title?: Child;
  actions?: Child;
  children?: Child;
  id?: string;
  /** Whether the content reaches the edges, as a table does. */
  flush?: boolean;
}) {
  return (
    <section class={flush ? 'card flush' : 'card'} id={id}>
      {title !== undefined && (
        <div class="card-head">
          <h2>{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** How things are, in words. */
export function Headline({ tone, children }: { tone: Tone; children?: Child }) {
  return (
    <section class={`headline ${tone}`} role="status">
      <Icon name={tone === 'good' || tone === 'plain' ? 'check' : 'warning'} />
      <p>{children}</p>
    </section>
  );
}

/** A number with its name. */
export function Stat({
  name,
  value,
  tone,
  href,
  hint,
}: {
  name: string;
  value: Child;
  tone?: Tone;
  href?: string;
  hint?: Child;
}) {
  const content = (
    <>
      <span class="stat-name">{name}</span>
      <strong class={tone}>{value}</strong>
      {hint !== undefined && <span class="hint">{hint}</span>}
    </>
  );
  return href === undefined ? (
    <div class="stat">{content}</div>
  ) : (
    <a class="stat" href={href}>
      {content}
    </a>
  );
}

/** A button that copies a text. Only the script shows it. */
export function Copy({
  text,
  label,
  children,
  shortcut,
}: {
  text: string;
  /** What is copied, for screen readers and the notice. */
  label: string;
  /** The button's text. Default: only an icon. */
  children?: Child;
  shortcut?: string;
}) {
  return (
    <button
      type="button"
      class={children === undefined ? 'copy icon' : 'copy'}
      data-copy={text}
      data-label={label}
      aria-label={children === undefined ? `Copy ${label}` : undefined}
      title={children === undefined ? `Copy ${label}` : undefined}
      data-shortcut={shortcut}
    >
      <Icon name="copy" />
      {children}
    </button>
  );
}

/** A short text that can be copied, such as an id. */
export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span class="copyable">
      <code>{text}</code>
      <Copy text={text} label={label} />
    </span>
  );
}

/** Preformatted text that can be scrolled with the keyboard, and copied. */
export function Code({ label, text, children }: { label: string; text: string; children?: Child }) {
  return (
    <div class="code">
      <pre tabindex={0} role="region" aria-label={label}>
        <code>{children ?? text}</code>
      </pre>
      <Copy text={text} label={label} />
    </div>
  );
}

/** Names and values. */
export function Facts({
  of,
  mono = false,
}: {
  of: readonly (readonly [name: string, value: Child])[];
  mono?: boolean;
}) {
  return (
    <dl class={mono ? 'facts mono' : 'facts'}>
      {of.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A form with one button. `action` says what the page is asked to do. */
export function Action({
  to,
  action,
  button,
  tone = 'plain',
  children,
}: {
  to: string;
  action: string;
  button: Child;
  tone?: 'main' | 'plain' | 'danger';
  /** More fields. */
  children?: Child;
}) {
  return (
    <form method="post" action={to} class="single">
      {children}
      <button class={tone} name="action" value={action}>
        {button}
      </button>
    </form>
  );
}

/** A button that asks for confirmation, without a script. */
export function Confirm({
  to,
  action,
  button,
  question,
  children,
}: {
  to: string;
  action: string;
  button: string;
  question: Child;
  children?: Child;
}) {
  return (
    <details class="confirm">
      <summary>{button}…</summary>
      <div class="popover">
        <p>{question}</p>
        <Action to={to} action={action} button={button} tone="danger">
          {children}
        </Action>
      </div>
    </details>
  );
}

/** A table whose cells without room become a second line on small screens. */
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
    <div class="table">
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column === '' ? <span class="visually-hidden">Actions</span> : column}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** What to show instead of an empty list: why it is empty, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Links to the previous and next page. */
export function Pages({ page, pages, href }: { page: number; pages: number; href: (page: number) => string }) {
  if (pages <= 1) return <></>;
  return (
    <nav aria-label="Pages" class="pages">
      {page > 1 ? (
        <a class="button" rel="prev" href={href(page - 1)}>
          Previous
        </a>
      ) : (
        <span />
      )}
      <span>{`Page ${number(page)} of ${number(pages)}`}</span>
      {page < pages ? (
        <a class="button" rel="next" href={href(page + 1)}>
          Next
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
}
