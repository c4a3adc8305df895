import { Hono } from 'hono';
import * as z from 'zod/mini';
import { text } from '../contract/schemas.ts';
import { parseFields } from '../http/parse-fields.ts';
import { SandboxState, tokenInfo } from '../state/sandbox-state.ts';
import type { Services } from '../state/services.ts';
import { fieldErrors, readForm } from './form.ts';
import { page } from './page.tsx';
import { RateLimits, Tokens } from './tokens.tsx';

const tokenSchema = z.object({ name: text(200) });

export function tokenRoutes(services: Services): Hono {
  const { store, windows, clock } = services;
  const { tokens } = new SandboxState(services);
  const routes = new Hono();

  routes.get('/api-tokens', (context) => page(context, 'API tokens', <Tokens tokens={tokens.list()} />));

  routes.post('/api-tokens', async (context) => {
    const form = await readForm(context.req.raw);
    let created: { name: string; token: string } | undefined;
    const errors = await fieldErrors(async () => {
      const { name } = parseFields(tokenSchema, { name: form.get('name') });
      created = await tokens.create(name);
    });
    // No redirect, because the token is shown only in this response.
    return page(
      context,
      'API tokens',
      <Tokens tokens={tokens.list()} created={created} errors={errors} />,
      errors === undefined ? 200 : 422,
    );
  });

  routes.post('/api-tokens/:id/revoke', (context) => {
    tokens.revoke(context.req.param('id'));
    return context.redirect('/dashboard/api-tokens', 303);
  });

  routes.get('/rate-limits', (context) => {
    const statuses = store.tokens.all.map((token) => ({
      token: tokenInfo(token),
      status: windows.status(token.id, clock.now()),
    }));
    return page(context, 'Rate limits', <RateLimits statuses={statuses} window={windows.rate.window} />);
  });

  return routes;
}
