import { Hono } from 'hono';
import { parseFields } from '../fields.ts';
import type { Services } from '../services.ts';
import { createUser, publicUser, userFieldsSchema } from '../users.ts';
import { complaints, field, readForm } from './form.ts';
import { page, slice } from './page.tsx';
import { Users } from './users.tsx';

export function userRoutes(services: Services): Hono {
  const { users } = services.store;
  const routes = new Hono();
  const list = (asked?: string) => {
    const { items, ...rest } = slice(users.all, asked);
    return { users: items.map(publicUser), ...rest };
  };

  routes.get('/', (context) => page(context, 'Users', <Users {...list(context.req.query('page'))} />));
  routes.post('/', async (context) => {
    const sent = await readForm(context.req.raw);
    const form = { name: field(sent, 'name'), email: field(sent, 'email') };
    const errors = await complaints(() => createUser(services, parseFields(userFieldsSchema, form)));
    if (errors === undefined) return context.redirect('/dashboard/users', 303);
    return page(context, 'Users', <Users {...list()} form={form} errors={errors} />, 422);
  });
  routes.post('/:id/delete', (context) => {
    users.delete(context.req.param('id'));
    return context.redirect('/dashboard/users', 303);
  });

  return routes;
}
