import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { readText } from '../http/request-body.ts';
import { type Details, failureOf } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import { frameState, Layout } from './layout.tsx';
import type { Notice } from './parts/components.tsx';
import { field, type InvalidForm, unknownAction } from './parts/form.ts';

export interface PageOptions {
  readonly status?: number;
  /** What is wrong with the form that was sent: the page is then a 422. */
  readonly errors?: Details | undefined;
}

/** Shows a page. It shows a form of the page again if the form was invalid. */
type Show = (context: Context, invalid?: InvalidForm) => Response | Promise<Response>;

/** What an action has done. */
interface Done extends Notice {
  /** The page that says so. Default: that of the form. */
  readonly path?: string;
}

/**
 * Does what a button asks for. What it throws about fields is shown beside them.
 *
 * @param id The id in the path of the page; empty if the path has none.
 */
type Action = (form: URLSearchParams, id: string) => Done | Promise<Done>;

/** Renders the dashboard's pages, and carries notices from an action to the page after it. */
export class Dashboard {
  readonly services: Services;
  /** Tells an open page that the server was restarted. */
  readonly boot = crypto.randomUUID();
  /** On their way from an action to the page that it redirects to. A reload of the page repeats neither of the two. */
  readonly #notices = new Map<string, Notice>();

  constructor(services: Services) {
    this.services = services;
  }

  page(context: Context, title: string, content: Child, { errors, status: given }: PageOptions = {}) {
    const { path } = context.req;
    const status = given ?? (errors === undefined ? 200 : 422);
    const key = context.req.query('notice') ?? '';
    const notice = this.#notices.get(key);
    this.#notices.delete(key);
    const layout = (
      <Layout title={title} path={path} state={frameState(this.services, this.boot)} notice={notice}>
        {content}
      </Layout>
    );
    // hono's type lists the literal statuses; this one is computed.
    return context.html(html`<!doctype html>${layout}`, status as ContentfulStatusCode);
  }

  /** Serves a page and its forms, whose buttons have the names of the actions as their values. */
  serve(routes: Hono, path: string, show: Show, actions: Readonly<Record<string, Action>>): void {
    const byName = new Map(Object.entries(actions));
    routes.get(path, (context) => show(context));
    routes.post(path, async (context) => {
      const form = new URLSearchParams(await readText(context.req));
      const act = byName.get(field(form, 'action'));
      if (act === undefined) throw unknownAction();
      try {
        const { path: page = context.req.path, ...notice } = await act(form, context.req.param('id') ?? '');
        const key = crypto.randomUUID();
        this.#notices.set(key, notice);
        return context.redirect(`${page}?notice=${key}${notice.row === undefined ? '' : `#${notice.row}`}`, 303);
      } catch (error) {
        const { details: errors = {} } = failureOf(error) ?? {};
        if (Object.keys(errors).length === 0) throw error;
        return show(context, { form, errors });
      }
    });
  }
}
