import { refresh } from './page.ts';

/** What the tabs of a browser tell each other. */
type Message =
  | { readonly event: 'boot'; readonly boot: string }
  | { readonly event: 'change' }
  | { readonly event: 'lost' }
  /** A new tab asks how it is. */
  | { readonly event: 'ask' };

/** Milliseconds after which a page is loaded again even if nothing has changed, because time has passed in its charts. */
const refreshInterval = 5000;

const channel = new BroadcastChannel('example-sandbox');
let isConnected = false;
/** Whether something changed while the page was hidden, or while it was being loaded. */
let isStale = false;
let isRefreshing = false;

/**
 * Keeps the page up to date. A browser has six connections to a server, so all of its tabs share one stream of events: the
 * tab that holds the lock reads it, and passes each event on.
 */
export function connect(): void {
  channel.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
  channel.postMessage({ event: 'ask' } satisfies Message);
  void lock(() => {
    const source = new EventSource('/dashboard/events');
    let latest: Message = { event: 'lost' };
    const tell = (message: Message) => {
      if (message.event !== 'change') latest = message;
      channel.postMessage(message);
      receive(message);
    };
    source.addEventListener('boot', ({ data }: MessageEvent<string>) => tell({ event: 'boot', boot: data }));
    source.addEventListener('change', () => tell({ event: 'change' }));
    // It reconnects by itself.
    source.addEventListener('error', () => tell({ event: 'lost' }));
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.event === 'ask') channel.postMessage(latest);
    };
    // Until the tab is closed.
    return new Promise(() => undefined);
  });
  document.addEventListener('visibilitychange', () => {
    if (isStale) void update();
  });
  setInterval(() => {
    if (isConnected) void update();
  }, refreshInterval);
}

/** Only pages of this machine and pages over https may lock. Others read a stream each. */
function lock(work: () => Promise<never>): Promise<never> {
  // The types don't know that it is missing elsewhere.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) return work();
  return locks.request('example-sandbox-events', work);
}

function receive(message: Message): void {
  if (message.event === 'ask') return;
  const wasConnected = isConnected;
  isConnected = message.event !== 'lost';
  showState(isConnected ? 'connected' : 'lost');
  if (message.event === 'boot' && message.boot !== document.documentElement.dataset['boot']) {
    // Another server, whose script may be another.
    location.reload();
  } else if (message.event === 'change' || (isConnected && !wasConnected)) {
    void update();
  }
}

async function update(): Promise<void> {
  isStale = true;
  if (document.hidden || isRefreshing) return;
  isRefreshing = true;
  // What changes meanwhile makes it stale again.
  while (isStale) {
    isStale = false;
    await refresh();
  }
  isRefreshing = false;
}

function showState(state: 'connected' | 'lost'): void {
  const indicator = document.getElementById('connection');
  if (indicator === null || indicator.dataset['state'] === state) return;
  indicator.dataset['state'] = state;
  indicator.textContent = state === 'connected' ? 'Live' : 'Disconnected: the server does not answer';
}
