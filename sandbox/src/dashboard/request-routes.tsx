import { Hono } from 'hono';
import { html } from 'hono/html';
import type { RequestLog } from '../state/request-log.ts';
import type { Services } from '../state/services.ts';
import { page, requireFound } from './page.tsx';
import { RequestDetail, RequestRow, Requests } from './requests.tsx';

/** Initial number of rows. */
const shownRequests = 100;

/** Events that a slow reader may lag behind before it is disconnected. It reconnects by itself. */
const maxBehind = 1000;

/** Milliseconds between two heartbeats, which detect closed connections. */
const heartbeatInterval = 15_000;

export function requestRoutes({ log, store }: Services): Hono {
  const routes = new Hono();

  routes.get('/', (context) => {
    const entries = log.entries.filter(({ duration }) => duration !== undefined).slice(-shownRequests);
    const baseUrl = new URL('/v1', context.req.url).href;
    return page(context, 'Requests', <Requests entries={entries.reverse()} baseUrl={baseUrl} />);
  });

  routes.get('/stream', (context) =>
    context.body(stream(log), 200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }),
  );

  routes.get('/:id', (context) => {
    const entry = requireFound(log.entries.find(({ id }) => id === context.req.param('id')));
    const token = entry.token === undefined ? undefined : (store.tokens.get(entry.token)?.name ?? 'revoked');
    return page(context, 'Request', <RequestDetail entry={entry} token={token} />);
  });

  return routes;
}

/** Sends the row of each new request as a server-sent event. */
function stream(log: RequestLog): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: () => void;
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => {
        if ((controller.desiredSize ?? 0) > -maxBehind) {
          controller.enqueue(encoder.encode(text));
        } else {
          stop();
          controller.close();
        }
      };
      const unsubscribe = log.subscribe((entry) => {
        // A line break would end the event.
        void Promise.resolve(html`${(<RequestRow entry={entry} />)}`).then((row) =>
          send(`data: ${row.replaceAll('\n', ' ')}\n\n`),
        );
      });
      const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatInterval);
      if (typeof heartbeat === 'object') heartbeat.unref();
      stop = () => {
        unsubscribe();
        clearInterval(heartbeat);
      };
      send(': here\n\n');
    },
    cancel() {
      stop();
    },
  });
}
