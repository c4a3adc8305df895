import { type Context, Hono } from 'hono';
import type { ProjectFields } from '../../contract/schemas.ts';
import type { Details } from '../../http/failure.ts';
import { SandboxState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { matches, requireFound, slice } from '../parts/lists.ts';
import { ProjectPage, Projects } from './projects.tsx';

export function projectRoutes(dashboard: Dashboard): Hono {
  const { projects } = new SandboxState(dashboard.services);
  const routes = new Hono();

  const list = (context: Context, form?: ProjectFields, errors?: Details) => {
    const { q: search = '', status = '', page } = context.req.query();
    const { items, ...pages } = slice(
      projects
        .list()
        .filter(
          ({ id, name, description, status: own }) =>
            matches(search, id, name, description) && (status === '' || own === status),
        ),
      page,
    );
    const shown = { projects: items, ...pages, status, search, form, errors };
    return dashboard.page(context, 'Projects', <Projects {...shown} />, { status: errors === undefined ? 200 : 422 });
  };

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action !== 'create') throw unknownAction();
    const fields = projectForm(form);
    const { errors } = await attempted(() => projects.create(fields));
    if (errors !== undefined) return list(context, fields, errors);
    return dashboard.done(context, '/dashboard/projects', { text: `“${fields.name}” is created.` });
  });

  const projectPage = (context: Context, form?: ProjectFields, errors?: Details) => {
    const project = projectOf(context);
    return dashboard.page(context, project.name, <ProjectPage project={project} form={form} errors={errors} />, {
      status: errors === undefined ? 200 : 422,
    });
  };
  const projectOf = (context: Context) => requireFound(projects.get(context.req.param('id') ?? ''));

  routes.get('/:id', (context) => projectPage(context));
  routes.post('/:id', async (context) => {
    const { id } = projectOf(context);
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'save': {
        const fields = projectForm(form);
        const { errors } = await attempted(() => projects.update(id, fields));
        if (errors !== undefined) return projectPage(context, fields, errors);
        return dashboard.done(context, context.req.path, { text: 'The project is saved.' });
      }
      case 'delete':
        projects.delete(id);
        return dashboard.done(context, '/dashboard/projects', { text: 'The project is deleted.' });
      default:
        throw unknownAction();
    }
  });

  return routes;
}

function projectForm(form: URLSearchParams): ProjectFields {
  return {
    name: field(form, 'name'),
    description: field(form, 'description'),
    status: field(form, 'status'),
  };
}
