import type { Child } from 'hono/jsx';
import { Copy } from './parts/components.tsx';
import { durationText, number } from './parts/numbers.ts';
import { Icon, type IconName } from './parts/icons.tsx';
import { resources } from '../resources/index.ts';
import { capitalized } from '../resources/resource.ts';
import type { Notice } from './notices.ts';

/** What the frame of a page shows of the state. */
export interface FrameState {
  /** Changes when the server restarts. */
  readonly boot: string;
  /** The sandbox's time, in epoch milliseconds. */
  readonly now: number;
  /** How far the clock was advanced, in milliseconds. */
  readonly offset: number;
  readonly activeFaults: number;
  readonly exhaustedTokens: number;
  readonly troubledWebhooks: number;
}

interface Section {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName | `M${string}`;
  /** The second key of the shortcut, after `g`. */
  readonly key: string;
  /** Other paths of the section. */
  readonly also?: string;
  /** What needs attention there. */
  readonly badge?: (state: FrameState) => { readonly count: number; readonly meaning: string };
}

const sections: readonly Section[] = [
  { href: '/dashboard', name: 'Overview', icon: 'overview', key: 'o' },
  { href: '/dashboard/requests', name: 'Requests', icon: 'requests', key: 'r' },
  {
    href: '/dashboard/rate-limits',
    name: 'Rate limits',
    icon: 'rateLimits',
    key: 'l',
    badge: ({ exhaustedTokens }) => ({ count: exhaustedTokens, meaning: 'tokens without budget' }),
  },
  {
    href: '/dashboard/webhooks',
    name: 'Webhooks',
    icon: 'webhooks',
    key: 'w',
    also: '/dashboard/deliveries',
    badge: ({ troubledWebhooks }) => ({ count: troubledWebhooks, meaning: 'need attention' }),
  },
  {
    href: '/dashboard/faults',
    name: 'Faults',
    icon: 'faults',
    key: 'f',
    badge: ({ activeFaults }) => ({ count: activeFaults, meaning: 'active' }),
  },
  { href: '/dashboard/api-tokens', name: 'API tokens', icon: 'tokens', key: 't' },
  ...resources.map(({ name, icon, key }) => ({ href: `/dashboard/${name}`, name: capitalized(name), icon, key })),
  { href: '/status', name: 'Status', icon: 'status', key: 's' },
];

/** The shortcuts of the requests page; the others follow from the sections. */
const shortcuts = [
  ['/', 'Search'],
  ['j', 'Next request'],
  ['k', 'Previous request'],
  ['c', 'Copy the request as cURL'],
  ['Esc', 'Close the request'],
  ['?', 'Show the shortcuts'],
] as const;

function isIn(path: string, { href, also }: Section): boolean {
  if (href === '/dashboard') return path === href;
  return path.startsWith(href) || (also !== undefined && path.startsWith(also));
}

/** The frame of every page. */
export function Layout({
  title,
  path,
  state,
  notice,
  query = '',
  wide = false,
  children,
}: {
  title: string;
  path: string;
  state: FrameState;
  notice: Notice | undefined;
  /** What was searched for. */
  query?: string;
  /** Whether the content takes the whole width. */
  wide?: boolean;
  children?: Child;
}) {
  return (
    <html lang="en" data-boot={state.boot} data-now={String(state.now)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${state.exhaustedTokens > 0 ? '⚠ ' : ''}${title} · Example API, local`}</title>
        <link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/dashboard/style.css" />
        <script type="module" src="/dashboard/script.js"></script>
      </head>
      <body class={wide ? 'wide' : undefined}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/dashboard" aria-label="Example API local">
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <rect width="32" height="32" rx="9" />
              <path d="M8 21a9 9 0 1 1 16 0M16 19l4.5-6.5" />
            </svg>
            <span>Example API</span> <span class="local">local</span>
          </a>
          <form role="search" action="/dashboard/search" class="search" aria-label="Search everything">
            <Icon name="search" />
            <input
              type="search"
              name="q"
              value={query}
              placeholder="Search"
              aria-label="Search ids, paths, names, emails and URLs"
              maxlength={200}
              autocomplete="off"
            />
            <kbd aria-hidden="true">/</kbd>
          </form>
          <ClockState state={state} />
          <p id="connection" class="connection" role="status" data-keep="true"></p>
          <button type="button" class="icon scripted" data-open="shortcuts" aria-label="Keyboard shortcuts">
            <Icon name="keyboard" />
          </button>
        </header>
        <Navigation path={path} state={state} />
        <main id="main" tabindex={-1}>
          <div id="notices" class="notices">
            {notice !== undefined && <NoticeBox notice={notice} />}
          </div>
          {children}
        </main>
        <Shortcuts />
        <p id="toast" class="toast" role="status" data-keep="true"></p>
      </body>
    </html>
  );
}

/** Where the sandbox's clock differs from the real one. */
function ClockState({ state }: { state: FrameState }) {
  if (state.offset === 0) return <></>;
  const text = `${durationText(state.offset)} ahead`;
  return (
    <a class="clock-state" href="/dashboard#clock" aria-label={`The clock is ${text} of the real time`}>
      <Icon name="clock" />
      <span>{text}</span>
    </a>
  );
}

function Navigation({ path, state }: { path: string; state: FrameState }) {
  return (
    <nav class="side" aria-label="Dashboard">
      <ul>
        {sections.map((section) => {
          const badge = section.badge?.(state);
          return (
            <li>
              <a
                href={section.href}
                aria-current={isIn(path, section) ? 'page' : undefined}
                data-shortcut={`g ${section.key}`}
              >
                <Icon name={section.icon} />
                {section.name}
                {badge !== undefined && badge.count > 0 && (
                  <span class="badge">
                    {number(badge.count)}
                    <span class="visually-hidden">{` ${badge.meaning}`}</span>
                  </span>
                )}
              </a>
            </li>
          );
        })}
      </ul>
      <ul class="help">
        <li>
          <a href="/openapi.json">OpenAPI document</a>
        </li>
        <li>
          <a href="https://discord.gg/your-project">Discord community</a>
        </li>
        <li>
          <a href="mailto:api-support@example.com">Email support</a>
        </li>
      </ul>
    </nav>
  );
}

function NoticeBox({ notice: { text, tone, secret } }: { notice: Notice }) {
  return (
    <div class={`notice ${tone}`} role="status">
      <Icon name={tone === 'good' ? 'check' : 'warning'} />
      <div>
        <p>{text}</p>
        {secret !== undefined && (
          <p class="copyable">
            <code id="secret-once" class="secret">
              {secret.value}
            </code>
            <Copy text={secret.value} label={secret.label}>
              Copy
            </Copy>
          </p>
        )}
      </div>
      <button type="button" class="icon scripted" data-dismiss="true" aria-label="Dismiss">
        <Icon name="close" />
      </button>
    </div>
  );
}

function Shortcuts() {
  return (
    <dialog id="shortcuts" aria-labelledby="shortcuts-title">
      <div class="card-head">
        <h2 id="shortcuts-title">Keyboard shortcuts</h2>
        <form method="dialog">
          <button class="icon" aria-label="Close">
            <Icon name="close" />
          </button>
        </form>
      </div>
      <dl class="shortcuts">
        {[...shortcuts, ...sections.map(({ key, name }) => [`g ${key}`, `Go to ${name}`] as const)].map(
          ([keys, meaning]) => (
            <div>
              <dt>{meaning}</dt>
              <dd>
                {keys.split(' ').map((key) => (
                  <kbd>{key}</kbd>
                ))}
              </dd>
            </div>
          ),
        )}
      </dl>
      <label class="choice">
        <input type="checkbox" data-shortcuts-enabled="true" checked />
        Shortcuts are on
      </label>
    </dialog>
  );
}
