import { load } from './page.ts';

/** Milliseconds after which a page is loaded again even if nothing has changed, because time has passed in its charts. */
const refreshInterval = 5000;

let source: EventSource | undefined;
/** Whether something has changed while the page was being loaded. */
let isStale = false;
let isRefreshing = false;

/** Keeps the page up to date while it is visible. A browser has six connections to a server, so hidden tabs have none. */
export function connect(): void {
  const follow = () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
    } else source ??= open();
  };
  document.addEventListener('visibilitychange', follow);
  setInterval(() => {
    if (source?.readyState === EventSource.OPEN) void update();
  }, refreshInterval);
  follow();
}

/** It reconnects by itself. */
function open(): EventSource {
  const opened = new EventSource('/dashboard/events');
  opened.addEventListener('boot', ({ data }: MessageEvent<string>) => {
    showState('connected');
    // Another server, whose script may be another.
    if (data === document.documentElement.dataset['boot']) void update();
    else location.reload();
  });
  opened.addEventListener('change', () => void update());
  opened.addEventListener('error', () => showState('lost'));
  return opened;
}

async function update(): Promise<void> {
  isStale = true;
  if (isRefreshing) return;
  isRefreshing = true;
  // What changes meanwhile makes it stale again.
  while (isStale) {
    isStale = false;
    await load(new URL(location.href), 'refresh');
  }
  isRefreshing = false;
}

function showState(state: 'connected' | 'lost'): void {
  const indicator = document.getElementById('connection');
  if (indicator === null || indicator.dataset['state'] === state) return;
  indicator.dataset['state'] = state;
  indicator.textContent = state === 'connected' ? 'Live' : 'Disconnected: the server does not answer';
}
