import { type Context, Hono } from 'hono';
import type { Details } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { RateLimits, tokenBudgets } from './rate-limits.tsx';
import { Tokens } from './tokens.tsx';

export function tokenRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { tokens } = services;
  const routes = new Hono();

  const list = (context: Context, name?: string, errors?: Details) =>
    dashboard.page(context, 'API tokens', <Tokens budgets={tokenBudgets(services)} name={name} errors={errors} />, {
      errors,
    });

  routes.get('/api-tokens', (context) => list(context));
  routes.post('/api-tokens', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action === 'revoke') {
      tokens.revoke(field(form, 'id'));
      return dashboard.done(context, '/dashboard/api-tokens', { text: 'The token is revoked.' });
    }
    if (action !== 'create') throw unknownAction();
    const name = field(form, 'name');
    const created = await attempted(() => tokens.create(name));
    if (created.errors !== undefined) return list(context, name, created.errors);
    return dashboard.done(context, '/dashboard/api-tokens', {
      text: `“${name}” is created. Copy the token now: it is stored as a hash and can't be shown again.`,
      secret: { label: 'the token', value: created.value.token },
    });
  });

  routes.get('/rate-limits', (context) =>
    dashboard.page(
      context,
      'Rate limits',
      <RateLimits budgets={tokenBudgets(services)} rate={services.windows.rate} />,
    ),
  );

  return routes;
}
