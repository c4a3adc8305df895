import { Hono } from 'hono';
import { parseFields } from '../fields.ts';
import { createProject, projectFieldsSchema, updateProject } from '../projects.ts';
import type { Services } from '../services.ts';
import { complaints, field, readForm } from './form.ts';
import { found, page, slice } from './page.tsx';
import { ProjectPage, Projects } from './projects.tsx';

export function projectRoutes(services: Services): Hono {
  const { projects } = services.store;
  const routes = new Hono();
  const list = (asked?: string, status = '') => {
    const { items, ...rest } = slice(
      projects.all.filter((project) => status === '' || project.status === status),
      asked,
    );
    return { projects: items, status, ...rest };
  };

  routes.get('/', (context) => {
    const { page: asked, status } = context.req.query();
    return page(context, 'Projects', <Projects {...list(asked, status)} />);
  });
  routes.post('/', async (context) => {
    const form = projectForm(await readForm(context.req.raw));
    const errors = await complaints(() => createProject(services, parseFields(projectFieldsSchema, form)));
    if (errors === undefined) return context.redirect('/dashboard/projects', 303);
    return page(context, 'Projects', <Projects {...list()} form={form} errors={errors} />, 422);
  });

  routes.get('/:id', (context) => {
    const project = found(projects.get(context.req.param('id')));
    return page(context, project.name, <ProjectPage project={project} />);
  });
  routes.post('/:id', async (context) => {
    const project = found(projects.get(context.req.param('id')));
    const form = projectForm(await readForm(context.req.raw));
    const errors = await complaints(() => updateProject(services, project, parseFields(projectFieldsSchema, form)));
    if (errors === undefined) return context.redirect('/dashboard/projects', 303);
    return page(context, project.name, <ProjectPage project={project} form={form} errors={errors} />, 422);
  });
  routes.post('/:id/delete', (context) => {
    projects.delete(context.req.param('id'));
    return context.redirect('/dashboard/projects', 303);
  });

  return routes;
}

function projectForm(form: URLSearchParams): { name: string; description: string; status: string } {
  return {
    name: field(form, 'name'),
    description: field(form, 'description'),
    status: field(form, 'status'),
  };
}
