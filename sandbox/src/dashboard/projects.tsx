import type { ProjectFields } from '../contract/schemas.ts';
import type { Details } from '../http/failure.ts';
import { projectStatuses } from '../state/projects.ts';
import type { ProjectRecord } from '../storage/records.ts';
import { Confirm, Empty, Field, Pages, Pill, Table, Time } from './components.tsx';

export function Projects({
  projects,
  page,
  pages,
  status,
  form,
  errors,
}: {
  projects: readonly ProjectRecord[];
  page: number;
  pages: number;
  status: string;
  form?: ProjectFields | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      <form method="get" action="/dashboard/projects" class="inline">
        <Field label="Status" name="filter" errors={undefined}>
          {(attributes) => (
            <select {...attributes} name="status">
              <option value="">every status</option>
              {projectStatuses.map((value) => (
                <option value={value} selected={value === status}>
                  {value}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button class="plain">Filter</button>
      </form>
      {projects.length === 0 ? (
        <Empty>No project here.</Empty>
      ) : (
        <Table caption="Projects, newest first" columns={['Name', 'Id', 'Status', 'Created']}>
          {projects.map((project) => (
            <tr>
              <td data-label="Name" class="wide">
                <a href={`/dashboard/projects/${encodeURIComponent(project.id)}`}>{project.name}</a>
              </td>
              <td data-label="Id">
                <code>{project.id}</code>
              </td>
              <td data-label="Status">
                <Pill tone={project.status === 'active' ? 'good' : 'plain'}>{project.status}</Pill>
              </td>
              <td data-label="Created">
                <Time at={project.created_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Pages page={page} pages={pages} href={(number) => `/dashboard/projects?page=${number}&status=${status}`} />
      <section>
        <h2>New project</h2>
        <form method="post" action="/dashboard/projects">
          <ProjectInputs form={form ?? { name: '', description: '', status: 'active' }} errors={errors} />
          <button class="main">Create project</button>
        </form>
      </section>
    </>
  );
}

export function ProjectPage({
  project,
  form = project,
  errors,
}: {
  project: ProjectRecord;
  form?: ProjectFields | undefined;
  errors?: Details | undefined;
}) {
  const to = `/dashboard/projects/${encodeURIComponent(project.id)}`;
  return (
    <>
      <form method="post" action={to}>
        <ProjectInputs form={form} errors={errors} />
        <button class="main">Save</button>
      </form>
      <Confirm to={`${to}/delete`} button="Delete project" question={`This deletes “${project.name}”.`} />
    </>
  );
}

function ProjectInputs({ form, errors }: { form: ProjectFields; errors: Details | undefined }) {
  const statuses = new Set<string>([...projectStatuses, form.status]);
  return (
    <>
      <Field label="Name" name="name" value={form.name} errors={errors} required maxlength={200} />
      <Field label="Description" name="description" errors={errors}>
        {(attributes) => (
          <textarea {...attributes} rows={3} maxlength={2000}>
            {form.description}
          </textarea>
        )}
      </Field>
      <Field label="Status" name="status" errors={errors}>
        {(attributes) => (
          <select {...attributes}>
            {[...statuses].map((value) => (
              <option value={value} selected={value === form.status}>
                {value}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
