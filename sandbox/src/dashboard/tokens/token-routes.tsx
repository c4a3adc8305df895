import { type Context, Hono } from 'hono';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { tokenBudgets, Tokens } from './tokens.tsx';

export function tokenRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { tokens, windows } = services;
  const routes = new Hono();

  const show = (context: Context, invalid?: InvalidForm) => {
    const page = <Tokens budgets={tokenBudgets(services)} rate={windows.rate} invalid={invalid} />;
    return dashboard.page(context, 'API tokens', page, invalid);
  };
  dashboard.serve(routes, '/api-tokens', show, {
    create: async (form) => {
      const { id, name, token } = await tokens.create(field(form, 'name'));
      return {
        text: `“${name}” created. Copy the token now: it can't be shown again.`,
        secret: { name: 'token', value: token },
        row: id,
      };
    },
    revoke: (form) => {
      tokens.revoke(field(form, 'id'));
      return { text: 'Token revoked' };
    },
  });

  return routes;
}
