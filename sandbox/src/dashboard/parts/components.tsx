import { type Child, createContext, useContext } from 'hono/jsx';
import { Icon } from './icons.tsx';
import { type Query, searchOf, step } from './lists.ts';
import { count, number } from './numbers.ts';

/** A color of the palette of states. `refused` is that of a 429, and `injected` that of what a fault did. */
export type Tone = 'good' | 'fair' | 'refused' | 'bad' | 'plain' | 'injected';

/**
 * A point in time: UTC in the page, and by the script the local time or date, how long ago it is, or both, with UTC on hover.
 *
 * @param at ISO 8601, or epoch milliseconds.
 */
export function Time({ at, show = 'time' }: { at: string | number; show?: 'time' | 'date' | 'ago' | 'both' }) {
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
  return (
    <span class={`pill ${tone}`}>
      {tone === 'injected' && <Icon name="faults" />}
      {children}
    </span>
  );
}

/** What an action did, for the page after it. */
export interface Notice {
  readonly text: string;
  /** A value that is shown only here. */
  readonly secret?: { readonly name: string; readonly value: string };
  /** Id of the row that is new. */
  readonly row?: string;
}

/** The notice of a page, for its head. */
export const NoticeContext = createContext<Notice | undefined>(undefined);

/** The title of a page, with what it is about, what can be done there, and what was done: a secret until it is dismissed. */
export function PageHead({ title, lead, children }: { title: Child; lead?: Child; children?: Child }) {
  const { text, secret } = useContext(NoticeContext) ?? {};
  return (
    <div class="page-head">
      <h1 tabindex={-1}>{title}</h1>
      {lead !== undefined && <p class="lead">{lead}</p>}
      {children}
      <div id="notices">
        {secret && (
          <div class="banner good" role="status">
            <p>{text}</p>
            <a href="?">Dismiss</a>
            <Copyable text={secret.value} label={`the ${secret.name}`} main>
              {`Copy ${secret.name}`}
            </Copyable>
          </div>
        )}
      </div>
    </div>
  );
}

interface CardProps {
  title?: Child;
  actions?: Child;
  children?: Child;
  id?: string;
  /** Of the title. */
  tone?: Tone | undefined;
}

export function Card({ title, actions, children, id, tone }: CardProps) {
  return (
    <section class="card" id={id}>
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

interface CopyProps {
  text: string;
  /** What is copied, for screen readers and the notice. */
  label: string;
  /** The button's text. Default: only an icon. */
  children?: Child;
  /** Whether it is what to do first. */
  main?: boolean | undefined;
}

/** A button that copies a text. Only the script shows it. */
export function Copy({ text, label, children, main }: CopyProps) {
  const name = `Copy ${label}`;
  return (
    <button
      type="button"
      data-copy={text}
      data-label={label}
      {...(children === undefined
        ? { class: 'copy icon', 'aria-label': name, title: name }
        : { class: main ? 'copy main' : 'copy' })}
    >
      <Icon name="copy" />
      {children}
    </button>
  );
}

export function Copyable({ text, children, ...button }: CopyProps) {
  return (
    <span class="copyable">
      <code>{text}</code>
      <Copy text={text} {...button}>
        {children}
      </Copy>
    </span>
  );
}

/** Preformatted text that can be scrolled with the keyboard, and copied. */
export function Code({ label, text, children }: { label: string; text: string; children?: Child }) {
  return (
    <div class="code">
      <pre tabindex={0} role="region" aria-label={label}>
        <code>
          {children ??
            text
              .trimEnd()
              .split('\n')
              .map((line) => <span class="line">{`${line}\n`}</span>)}
        </code>
      </pre>
      <Copy text={text} label={label} />
    </div>
  );
}

export function Facts({ of, mono = false }: { of: readonly (readonly [name: Child, value: Child])[]; mono?: boolean }) {
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

interface ActionProps {
  to: string;
  action: string;
  button: string;
  tone?: 'main' | 'plain' | undefined;
  fields?: Readonly<Record<string, string>>;
}

/** A form with one button. `action` says what the page is asked to do. */
export function Action({ to, action, button, tone = 'plain', fields = {} }: ActionProps) {
  return (
    <form method="post" action={to} class="actions">
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={tone} name="action" value={action}>
        {button}
      </button>
    </form>
  );
}

interface DialogProps {
  id: string;
  title: string;
  to: string;
  action: string;
  /** What both buttons say. Default: the title. */
  button?: string;
  tone?: 'main' | 'plain' | 'danger';
  /** Shows it in the page at first. */
  open?: boolean;
  children?: Child;
}

/** A button, and the form that it opens in a dialog, without a script. */
export function Dialog({ id, title, to, action, button = title, tone = 'main', open, children }: DialogProps) {
  return (
    <>
      <button type="button" class={tone} command="show-modal" commandfor={id}>
        {tone === 'danger' ? `${button}…` : button}
      </button>
      <dialog class="card" id={id} open={open} closedby="any" aria-labelledby={`${id}-title`}>
        <h2 id={`${id}-title`}>{title}</h2>
        <form method="post" action={to} novalidate>
          {children}
          <div class="actions">
            <button type="button" command="close" commandfor={id}>
              Cancel
            </button>
            <button class={tone === 'danger' ? tone : 'main'} name="action" value={action}>
              {button}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

/** What else can be done with something, behind a button. */
export function Menu({ of: name, id, children }: { of: string; id: string; children?: Child }) {
  return (
    <>
      <button type="button" class="icon" popovertarget={id} aria-label={`More actions for ${name}`}>
        ⋯
      </button>
      <div class="card popup" id={id} popover="auto">
        {children}
      </div>
    </>
  );
}

/** What to show instead of an empty list: why it is empty, and what to do about it. */
export function Empty({ title, children }: { title: Child; children?: Child }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** Leads to what a list does not show: how many there are `more` in its next rows. */
export function Rest({ shown, more, query }: { shown: number; more: number; query: Query }) {
  if (more === 0) return <></>;
  return (
    <p class="more">
      <a class="button" href={`?${searchOf({ ...query, shown: String(shown + step) })}`} data-visit="true">
        {`Show ${number(more)} more`}
      </a>
    </p>
  );
}

interface RowProps {
  id: string;
  tone: Tone;
  href: string;
  selected?: boolean | undefined;
  /** A cell for each column. */
  children?: Child;
}

export function Row({ id, tone, href, selected = false, children }: RowProps) {
  return (
    <li id={id}>
      <a class={`row ${tone}`} href={href} aria-current={selected ? 'true' : undefined} data-visit="row">
        {children}
      </a>
    </li>
  );
}

interface RowsProps {
  /** Names the widths of the columns. */
  of: string;
  label: string;
  heads: readonly string[];
  children?: Child;
}

/** Rows under the headings of their columns, with a name for screen readers. */
export function Rows({ of: kind, label, heads, children }: RowsProps) {
  return (
    <div class={`table ${kind}`}>
      <div class="row heads" aria-hidden="true">
        {heads.map((head) => (
          <span>{head}</span>
        ))}
      </div>
      <ol class="rows" aria-label={label}>
        {children}
      </ol>
    </div>
  );
}

/** Headers, which few readers need, behind a line that says how many there are. */
export function Fold({ of: headers, name }: { of: Readonly<Record<string, string>>; name: string }) {
  const entries = Object.entries(headers);
  if (entries.length === 0) return <></>;
  return (
    <details class="fold">
      <summary class="hint">{count(entries.length, name)}</summary>
      <Facts mono of={entries} />
    </details>
  );
}
