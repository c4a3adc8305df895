import { Client, ExampleError, type Project } from '@example/sdk';

/** One client for the whole page. All parts of the page share its rate limit. */
const client = new Client({
  baseUrl: import.meta.env.VITE_EXAMPLE_BASE_URL,
  apiToken: import.meta.env.VITE_EXAMPLE_API_TOKEN,
  // Vite writes the token into the script, where anyone who opens the page can read it. That is harmless only with the
  // token of the local API. On a public page, let visitors enter their own token, or call the API from your server.
  dangerouslyAllowBrowser: true,
  // The local API has shorter windows than the documented minute, which is the client's default.
  rateLimit: { window: Number(import.meta.env.VITE_EXAMPLE_WINDOW ?? 60_000) },
});

const form = find('projects-form', HTMLFormElement);
const status = find('projects-status', HTMLSelectElement);
const load = find('projects-load', HTMLButtonElement);
const cancel = find('projects-cancel', HTMLButtonElement);
const count = find('projects-count', HTMLOutputElement);
const progress = find('projects-progress', HTMLProgressElement);
const list = find('projects-list', HTMLOListElement);

let controller = new AbortController();
form.addEventListener('submit', (event) => {
  event.preventDefault();
  controller = new AbortController();
  void listProjects(status.value, controller.signal);
});
cancel.addEventListener('click', () => controller.abort());

/** Lists every project, and shows each page as soon as it arrives. */
async function listProjects(filter: string, signal: AbortSignal): Promise<void> {
  let [loaded, total] = [0, 0];
  list.replaceChildren();
  list.dataset['empty'] = 'No projects';
  progress.removeAttribute('value');
  [load.disabled, cancel.disabled] = [true, false];
  try {
    const params = { per_page: 20, ...(filter !== '' && { status: filter }) };
    // Requests four pages ahead of the one that is shown, within the rate limit.
    for await (const { data, meta } of client.projects.list(params, { prefetch: 4, signal }).pages()) {
      list.append(...data.map(row));
      loaded += data.length;
      total = meta.total_count;
      Object.assign(progress, { max: total, value: loaded });
      count.textContent = `${loaded} of ${total}`;
    }
  } catch (error) {
    // An aborted call rejects with the signal's reason, which is not an ExampleError.
    if (!signal.aborted && !(error instanceof ExampleError)) throw error;
    count.textContent = `${signal.aborted ? 'Cancelled' : String(error)} at ${loaded} of ${total}`;
  } finally {
    [load.disabled, cancel.disabled] = [false, true];
    progress.value = loaded;
  }
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

const meter = find('limit', HTMLMeterElement);
const left = find('limit-left', HTMLElement);
const next = find('limit-next', HTMLElement);

/** Shows how much of the token's limit is left, and how many calls wait for the next window. */
function showRateLimit(): void {
  if (client.rateLimit === undefined) return;
  const { remaining, limit, waiting } = client.rateLimit;
  Object.assign(meter, { max: limit, low: limit / 5, high: limit / 2, optimum: limit, value: remaining });
  left.textContent = `${remaining} of ${limit} requests left`;
  next.textContent = waiting === 0 ? 'No call waits.' : `${waiting} calls wait for the next window.`;
}
setInterval(showRateLimit, 250);

/** Returns the element of index.html that has this id. */
function find<E extends Element>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`index.html has no ${type.name} with the id ${id}.`);
}
