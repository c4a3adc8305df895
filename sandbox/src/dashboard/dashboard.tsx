import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Details } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import { type FrameState, Layout } from './layout.tsx';
import { type Notice, Notices } from './notices.ts';

/** How a page is shown. */
export interface PageOptions {
  readonly status?: number;
  /** What is wrong with the form that was sent: the page is then a 422. */
  readonly errors?: Details | undefined;
  /** What was searched for. */
  readonly query?: string;
}

/** Renders the dashboard's pages, and carries notices from an action to the page after it. */
export class Dashboard {
  readonly services: Services;
  /** Tells an open page that the server was restarted. */
  readonly boot = crypto.randomUUID();
  readonly #notices = new Notices();

  constructor(services: Services) {
    this.services = services;
  }

  /** A page as a response. */
  page(context: Context, title: string, content: Child, { errors, ...options }: PageOptions = {}) {
    const { path } = context.req;
    const { status = errors === undefined ? 200 : 422 } = options;
    const notice = this.#notices.take(context.req.query('notice') ?? '');
    const layout = (
      <Layout title={title} path={path} state={this.#frameState()} notice={notice} {...options}>
        {content}
      </Layout>
    );
    // hono's type lists the literal statuses; this one is computed.
    return context.html(html`<!doctype html>${layout}`, status as ContentfulStatusCode);
  }

  /** Leads from an action to a page that says what was done. A reload then doesn't repeat the action. */
  done(context: Context, path: string, notice: Notice): Response {
    const key = this.#notices.add(notice);
    return context.redirect(`${path}${path.includes('?') ? '&' : '?'}notice=${key}`, 303);
  }

  #frameState(): FrameState {
    const { clock, faults, webhooks, windows, store } = this.services;
    const now = clock.now();
    return {
      boot: this.boot,
      now,
      offset: clock.offset,
      activeFaults: faults.list.length,
      exhaustedTokens: store.tokens.all.filter(({ id }) => windows.status(id, now).remaining === 0).length,
      troubledWebhooks: store.deliveryIndex.troubles(webhooks.endpoints, now).length,
    };
  }
}
