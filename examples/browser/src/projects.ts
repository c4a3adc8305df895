import { ExampleError, type Client, type Project } from '@example/sdk';
import { find } from './find.ts';

const form = find('projects-form', HTMLFormElement);
const load = find('projects-load', HTMLButtonElement);
const cancel = find('projects-cancel', HTMLButtonElement);
const count = find('projects-count', HTMLOutputElement);
const progress = find('projects-progress', HTMLProgressElement);
const list = find('projects-list', HTMLOListElement);

/** Lists every project, and shows each page as soon as it arrives. The list can be cancelled. */
export function listProjects(client: Client): void {
  let controller: AbortController | undefined;

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    controller = new AbortController();
    void stream(client, new FormData(form), controller.signal);
  });
  cancel.addEventListener('click', () => controller?.abort());
}

async function stream(client: Client, fields: FormData, signal: AbortSignal): Promise<void> {
  const status = fields.get('status');
  show({ loading: true, loaded: 0, total: undefined });
  let loaded = 0;
  let total: number | undefined;
  try {
    const filter = typeof status === 'string' && status !== '' ? { status } : {};
    // Requests four pages ahead of the one that is shown, within the rate limit.
    for await (const page of client.projects.list({ ...filter, per_page: 20 }, { prefetch: 4, signal }).pages()) {
      list.append(...page.data.map(row));
      loaded += page.data.length;
      total = page.meta.total_count;
      show({ loading: true, loaded, total });
    }
    show({ loading: false, loaded, total: loaded });
  } catch (error) {
    // An aborted call rejects with the signal's reason, which is not an ExampleError.
    if (!signal.aborted && !(error instanceof ExampleError)) throw error;
    show({ loading: false, loaded, total, problem: signal.aborted ? 'Cancelled' : String(error) });
  }
}

interface State {
  readonly loading: boolean;
  readonly loaded: number;
  readonly total: number | undefined;
  readonly problem?: string;
}

function show({ loading, loaded, total, problem }: State): void {
  if (loaded === 0) list.replaceChildren();
  list.dataset['empty'] = loading ? 'Loading' : 'No projects';
  load.disabled = loading;
  cancel.disabled = !loading;
  if (total === undefined && loading) progress.removeAttribute('value');
  else Object.assign(progress, { max: Math.max(total ?? loaded, 1), value: loaded });

  const numbers = total === undefined || total === loaded ? format(loaded) : `${format(loaded)} of ${format(total)}`;
  count.textContent = problem === undefined ? numbers : `${problem} at ${numbers}`;
}

function row(project: Project): HTMLLIElement {
  const name = Object.assign(document.createElement('strong'), { textContent: project.name });
  const created = Object.assign(document.createElement('time'), {
    dateTime: project.created_at,
    textContent: new Date(project.created_at).toLocaleDateString(undefined, { dateStyle: 'medium' }),
  });
  const description = Object.assign(document.createElement('p'), { textContent: project.description });
  const item = document.createElement('li');
  item.append(name, created, description);
  return item;
}

function format(number: number): string {
  return number.toLocaleString();
}
