import { Hono } from 'hono';
import { html } from 'hono/html';
import type { RequestLog } from '../request-log.ts';
import type { Services } from '../services.ts';
import { found, page } from './page.tsx';
import { RequestDetail, RequestRow, Requests } from './requests.tsx';

/** Rows that the page begins with. */
const SHOWN = 100;

/** Events that a slow reader may be behind before it is cut off; it comes back by itself. */
const MAX_BEHIND = 1000;

/** Milliseconds between two signs of life: a connection that nobody reads any more is noticed by them. */
const HEARTBEAT = 15_000;

export function requestRoutes({ log, store }: Services): Hono {
  const routes = new Hono();

  routes.get('/', (context) => {
    const entries = log.entries.filter(({ duration }) => duration !== undefined).slice(-SHOWN);
    const baseUrl = new URL('/v1', context.req.url).href;
    return page(context, 'Requests', <Requests entries={entries.reverse()} baseUrl={baseUrl} />);
  });

  routes.get('/stream', (context) =>
    context.body(stream(log), 200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }),
  );

  routes.get('/:id', (context) => {
    const entry = found(log.entries.find(({ id }) => id === context.req.param('id')));
    const token = entry.token === undefined ? undefined : (store.tokens.get(entry.token)?.name ?? 'revoked since');
    return page(context, 'Request', <RequestDetail entry={entry} token={token} />);
  });

  return routes;
}

/** Each new request as a server-sent event: the row to show. */
function stream(log: RequestLog): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: () => void;
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => {
        if ((controller.desiredSize ?? 0) > -MAX_BEHIND) {
          controller.enqueue(encoder.encode(text));
        } else {
          stop();
          controller.close();
        }
      };
      const unsubscribe = log.subscribe((entry) => {
        // A line break would end the event's data.
        void Promise.resolve(html`${(<RequestRow entry={entry} />)}`).then((row) =>
          send(`data: ${row.replaceAll('\n', ' ')}\n\n`),
        );
      });
      const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT);
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
