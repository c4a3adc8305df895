import { type Context, Hono } from 'hono';
import type { Details } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { tokenBudgets, Tokens } from './tokens.tsx';

const path = '/api-tokens';

export function tokenRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { tokens } = services;
  const routes = new Hono();

  const list = (context: Context, name?: string, errors?: Details) => {
    const page = <Tokens budgets={tokenBudgets(services)} rate={services.windows.rate} name={name} errors={errors} />;
    return dashboard.page(context, 'API tokens and rate limits', page, { errors });
  };

  routes.get(path, (context) => list(context));
  routes.post(path, async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action === 'revoke') {
      tokens.revoke(field(form, 'id'));
      return dashboard.done(context, `/dashboard${path}`, { text: 'The token is revoked.' });
    }
    if (action !== 'create') throw unknownAction();
    const name = field(form, 'name');
    const created = await attempted(() => tokens.create(name));
    if (created.errors !== undefined) return list(context, name, created.errors);
    return dashboard.done(context, `/dashboard${path}`, {
      text: `“${name}” is created. Copy the token now: it is stored as a hash and can't be shown again.`,
      secret: { label: 'the token', value: created.value.token },
    });
  });

  return routes;
}
