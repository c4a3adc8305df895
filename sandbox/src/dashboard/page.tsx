import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Failure } from '../failure.ts';
import { Layout } from './layout.tsx';

/** A page of the dashboard as a response. */
export function page(context: Context, title: string, content: Child, status = 200): Response | Promise<Response> {
  // A number that was chosen at run time, where hono's types want it written out.
  return context.html(document(title, context.req.path, content), status as ContentfulStatusCode);
}

function document(title: string, path: string, content: Child) {
  const layout = (
    <Layout title={title} path={path}>
      {content}
    </Layout>
  );
  return html`<!doctype html>${layout}`;
}

/** What there is at an id in a link, or a 404. */
export function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Failure(404, 'not_found', 'It is not there, or not any more.');
  return thing;
}

/** Items on a page of a list. */
const PER_PAGE = 20;

/** The part of a list that `?page=` asks for, newest first. */
export function slice<T>(items: readonly T[], asked: string | undefined): { items: T[]; page: number; pages: number } {
  const pages = Math.max(Math.ceil(items.length / PER_PAGE), 1);
  const number = Number(asked ?? 1);
  const current = Number.isSafeInteger(number) ? Math.min(Math.max(number, 1), pages) : 1;
  return { items: items.toReversed().slice((current - 1) * PER_PAGE, current * PER_PAGE), page: current, pages };
}
