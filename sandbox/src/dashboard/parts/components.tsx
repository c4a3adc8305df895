import type { Child } from 'hono/jsx';
import { Icon } from './icons.tsx';
import { count, number } from './numbers.ts';

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
  tone,
  flush = false,
}: {
  title?: Child;
  actions?: Child;
  children?: Child;
  id?: string;
  /** Of the title. */
  tone?: Tone;
  /** Whether the content reaches the edges, as a table does. */
  flush?: boolean;
}) {
  return (
    <section class={flush ? 'card flush' : 'card'} id={id}>
      {title !== undefined && (
        <div class="card-head">
          <h2 class={tone}>{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** A button that copies a text. Only the script shows it. */
export function Copy({
  text,
  label,
  children,
}: {
  text: string;
  /** What is copied, for screen readers and the notice. */
  label: string;
  /** The button's text. Default: only an icon. */
  children?: Child;
}) {
  return (
    <button
      type="button"
      class={children === undefined ? 'copy icon' : 'copy'}
      data-copy={text}
      data-label={label}
      aria-label={children === undefined ? `Copy ${label}` : undefined}
      title={children === undefined ? `Copy ${label}` : undefined}
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
  tone?: 'main' | 'plain' | 'quiet' | 'danger';
  /** More fields. */
  children?: Child;
}) {
  return (
    <form method="post" action={to} class="actions">
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
    <details class="confirm" name="confirm">
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

/** What to show instead of an empty list: why it is empty, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Says that a list has more than it shows, and leads to it. */
export function Rest({ shown, of: total, href }: { shown: number; of: number; href: string }) {
  const text = `The newest ${shown} of ${number(total)}. `;
  return shown < total ? (
    <p class="more">
      {text}
      <a href={href}>Show more</a>
    </p>
  ) : (
    <></>
  );
}

/** A row that leads to what it is about. */
export function Row({
  id,
  tone = 'plain',
  status,
  kind,
  subject,
  reason,
  more = [],
  at,
  href,
  selected = false,
}: {
  id?: string;
  tone?: Tone;
  status?: Child;
  /** A method, an event, or what else it is. */
  kind: string;
  /** What it is about. */
  subject: Child;
  /** Why it has this status, or what else there is to say; may be empty. */
  reason: Child;
  /** What a wide list shows besides. */
  more?: readonly string[];
  /** When it was. */
  at: Child;
  href: string;
  selected?: boolean;
}) {
  return (
    <li id={id}>
      <a class={`row ${tone}`} href={href} aria-current={selected ? 'true' : undefined} data-visit="row">
        {status !== undefined && <Pill tone={tone}>{status}</Pill>}
        <span class="kind">{kind}</span>
        <span class="subject">
          <bdi>{subject}</bdi>
        </span>
        <span class="reason">{reason}</span>
        {more.map((text) => (
          <span class="extra">{text}</span>
        ))}
        {at}
      </a>
    </li>
  );
}

/** Rows, with a name for screen readers. */
export function Rows({ label, children }: { label: string; children?: Child }) {
  return (
    <ol class="rows" aria-label={label}>
      {children}
    </ol>
  );
}

/** Headers, which few readers need, behind a line that says how many there are. */
export function HeaderList({ of: headers, name }: { of: Readonly<Record<string, string>>; name: string }) {
  const entries = Object.entries(headers);
  if (entries.length === 0) return <></>;
  return (
    <details class="fold">
      <summary>{count(entries.length, name)}</summary>
      <Facts mono of={entries} />
    </details>
  );
}
