import { Hono } from 'hono';
import * as z from 'zod/mini';
import { parseFields } from '../fields.ts';
import type { Services } from '../services.ts';
import { SandboxState, tokenInfo } from '../state.ts';
import { text } from '../users.ts';
import { complaints, readForm } from './form.ts';
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
    const errors = await complaints(async () => {
      const { name } = parseFields(tokenSchema, { name: form.get('name') });
      created = await tokens.create(name);
    });
    // No redirect: the token is shown in this answer, and nowhere else.
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
    const standings = store.tokens.all.map((token) => ({
      token: tokenInfo(token),
      standing: windows.standing(token.id, clock.now()),
    }));
    return page(context, 'Rate limits', <RateLimits standings={standings} window={windows.rate.window} />);
  });

  return routes;
}
