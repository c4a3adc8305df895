import { type Context, Hono } from 'hono';
import type { Details } from '../../http/failure.ts';
import { SandboxState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { matches, slice } from '../parts/lists.ts';
import { Users } from './users.tsx';

export function userRoutes(dashboard: Dashboard): Hono {
  const { users } = new SandboxState(dashboard.services);
  const routes = new Hono();

  const list = (context: Context, form?: { name: string; email: string }, errors?: Details) => {
    const { q: search = '', page } = context.req.query();
    const { items, ...pages } = slice(
      users.list().filter(({ id, name, email }) => matches(search, id, name, email)),
      page,
    );
    return dashboard.page(
      context,
      'Users',
      <Users users={items} {...pages} search={search} form={form} errors={errors} />,
      { status: errors === undefined ? 200 : 422 },
    );
  };

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'create': {
        const fields = { name: field(form, 'name'), email: field(form, 'email') };
        const { errors } = await attempted(() => users.create(fields));
        if (errors !== undefined) return list(context, fields, errors);
        return dashboard.done(context, '/dashboard/users', { text: `“${fields.name}” is created.` });
      }
      case 'delete':
        users.delete(field(form, 'id'));
        return dashboard.done(context, '/dashboard/users', { text: 'The user is deleted.' });
      default:
        throw unknownAction();
    }
  });

  return routes;
}
