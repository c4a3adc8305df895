import type { ProjectFields } from '../../contract/schemas.ts';
import type { Details } from '../../http/failure.ts';
import { projectStatuses } from '../../state/projects.ts';
import type { ProjectRecord } from '../../storage/records.ts';
import { Card, Confirm, Copyable, Empty, PageHead, Pages, Pill, Table, Time } from '../parts/components.tsx';
import { type Choice, choices, Field, Select } from '../parts/fields.tsx';

export function Projects({
  projects,
  page,
  pages,
  status,
  search,
  form,
  errors,
}: {
  projects: readonly ProjectRecord[];
  page: number;
  pages: number;
  status: string;
  /** Part of the id, name or description. */
  search: string;
  form?: ProjectFields | undefined;
  errors?: Details | undefined;
}) {
  const query = (number: number) => new URLSearchParams({ page: String(number), status, q: search }).toString();
  return (
    <>
      <PageHead title="Projects">
        <form
          method="get"
          action="/dashboard/projects"
          class="single"
          role="search"
          aria-label="Filter the list"
          data-visit="true"
        >
          <input
            type="search"
            name="q"
            value={search}
            placeholder="Id, name or description"
            aria-label="Find projects"
            autocomplete="off"
          />
          <Select
            name="status"
            aria-label="Status to show"
            value={status}
            options={choices('Any status', projectStatuses)}
          />
          <button class="plain unscripted">Filter</button>
        </form>
      </PageHead>
      {projects.length === 0 ? (
        <Empty title={status === '' && search === '' ? 'No projects yet.' : 'No project matches the filter.'}>
          <p>
            {status === '' && search === '' ? 'Create one below.' : <a href="/dashboard/projects">Show all projects</a>}
          </p>
        </Empty>
      ) : (
        <Card flush>
          <Table caption="Projects, newest first" columns={['Name', 'Status', 'Id', 'Created']}>
            {projects.map((project) => (
              <tr>
                <td class="wide">
                  <a href={`/dashboard/projects/${encodeURIComponent(project.id)}`}>{project.name}</a>
                </td>
                <td>
                  <Pill tone={project.status === 'active' ? 'good' : 'plain'}>{project.status}</Pill>
                </td>
                <td>
                  <Copyable text={project.id} label="the project id" />
                </td>
                <td>
                  <Time at={project.created_at} show="ago" />
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      <Pages page={page} pages={pages} href={(number) => `/dashboard/projects?${query(number)}`} />
      <Card title="New project">
        <form method="post" action="/dashboard/projects" class="stacked">
          <ProjectInputs form={form ?? { name: '', description: '', status: 'active' }} errors={errors} />
          <button class="main" name="action" value="create">
            Create project
          </button>
        </form>
      </Card>
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
      <PageHead title={project.name} lead={<Copyable text={project.id} label="the project id" />} />
      <Card>
        <form method="post" action={to} class="stacked">
          <ProjectInputs form={form} errors={errors} />
          <button class="main" name="action" value="save">
            Save
          </button>
        </form>
        <div class="actions below">
          <Confirm to={to} action="delete" button="Delete project" question={`This deletes “${project.name}”.`} />
        </div>
      </Card>
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
      <Field label="Status" name="status" id="new-status" errors={errors}>
        {(attributes) => (
          <Select {...attributes} value={form.status} options={[...statuses].map((value): Choice => [value, value])} />
        )}
      </Field>
    </>
  );
}
