import type { Child } from 'hono/jsx';
import { resources } from '../resources/index.ts';
import { capitalized } from '../resources/resource.ts';
import type { Services } from '../state/services.ts';
import { healthOf } from '../webhooks/health.ts';
import { type Notice, NoticeContext, type Tone } from './parts/components.tsx';
import { Icon, type IconName } from './parts/icons.tsx';
import { durationText, number } from './parts/numbers.ts';

type FrameState = ReturnType<typeof frameState>;

/** What the frame of a page shows of the state. */
export function frameState({ clock, faults, webhooks, windows, store }: Services, boot: string) {
  const now = clock.now();
  return {
    boot,
    now,
    offset: clock.offset,
    activeFaults: faults.list.length,
    exhaustedTokens: store.tokens.all.filter(({ id }) => windows.status(id, now).remaining === 0).length,
    failing: webhooks.endpoints.filter((each) => healthOf(each, webhooks.deliveries).status === 'failing').length,
  };
}

interface Section {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName | `M${string}`;
  /** Another path of the section. */
  readonly also?: string;
  /** What needs attention there. */
  readonly badge?: (state: FrameState) => readonly [count: number, meaning: string, tone?: Tone];
}

const sections: readonly Section[] = [
  { href: '/dashboard', name: 'Overview', icon: 'overview' },
  { href: '/dashboard/requests', name: 'Requests', icon: 'requests' },
  {
    href: '/dashboard/webhooks',
    name: 'Webhooks',
    icon: 'webhooks',
    also: '/dashboard/deliveries',
    badge: ({ failing }) => [failing, 'failing', 'bad'],
  },
  {
    href: '/dashboard/api-tokens',
    name: 'API tokens',
    icon: 'rateLimits',
    badge: ({ exhaustedTokens }) => [exhaustedTokens, 'out of budget', 'bad'],
  },
  { href: '/dashboard/faults', name: 'Faults', icon: 'faults', badge: ({ activeFaults }) => [activeFaults, 'active'] },
  ...resources.map(({ name, icon }) => ({ href: `/dashboard/${name}`, name: capitalized(name), icon })),
  { href: '/openapi.json', name: 'OpenAPI document', icon: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6' },
];

function isIn(path: string, { href, also }: Section): boolean {
  if (href === '/dashboard') return path === href;
  return path.startsWith(href) || (also !== undefined && path.startsWith(also));
}

interface LayoutProps {
  title: string;
  path: string;
  state: FrameState;
  notice: Notice | undefined;
  children?: Child;
}

export function Layout({ title, path, state, notice, children }: LayoutProps) {
  const alerts = state.failing + state.exhaustedTokens;
  const ahead = `${durationText(state.offset)} ahead`;
  return (
    <html lang="en" data-boot={state.boot} data-now={String(state.now)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${alerts > 0 ? '⚠ ' : ''}${title} · Example API, local`}</title>
        <link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/dashboard/style.css" />
        <script type="module" src="/dashboard/script.js"></script>
      </head>
      <body>
        <a class="skip visually-hidden" href="#main">
          Skip to content
        </a>
        <header class="top">
          <button type="button" class={`icon menu ${alerts > 0 ? 'bad' : ''}`} popovertarget="menu" aria-label="Menu">
            <Icon name="menu" />
          </button>
          <a class="brand" href="/dashboard" aria-label="Example API local">
            <img src="/dashboard/icon.svg" alt="" width="26" />
            <span>Example API</span> <span class="local">local</span>
          </a>
          <p id="toast" class="toast" role="status" data-keep="true">
            {notice?.secret === undefined && notice?.text}
          </p>
          {state.offset > 0 && (
            <a class="clock-state" href="/dashboard#clock" aria-label={`The clock is ${ahead} of the real time`}>
              <Icon name="clock" />
              <span>{ahead}</span>
            </a>
          )}
          <p id="connection" class="connection" role="status" data-keep="true"></p>
        </header>
        <nav class="side" id="menu" popover="auto" aria-label="Dashboard">
          <ul>
            {sections.map((section) => (
              <li>
                <SectionLink section={section} path={path} state={state} />
              </li>
            ))}
          </ul>
        </nav>
        <main id="main" tabindex={-1}>
          <NoticeContext.Provider value={notice}>{children}</NoticeContext.Provider>
        </main>
      </body>
    </html>
  );
}

function SectionLink({ section, path, state }: { section: Section; path: string; state: FrameState }) {
  const [count = 0, meaning = '', tone = 'plain'] = section.badge?.(state) ?? [];
  return (
    <a href={section.href} aria-current={isIn(path, section) ? 'page' : undefined}>
      <Icon name={section.icon} />
      {section.name}
      {count > 0 && (
        <span class={`pill badge ${tone}`}>
          {number(count)}
          <span class="visually-hidden">{` ${meaning}`}</span>
        </span>
      )}
    </a>
  );
}
