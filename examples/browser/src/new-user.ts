import { APIError, ExampleError, UnprocessableEntityError, type Client } from '@example/sdk';
import { find } from './find.ts';

const form = find('user-form', HTMLFormElement);
const button = find('user-create', HTMLButtonElement);
const message = find('user-message', HTMLElement);
const fields = ['name', 'email', 'password'] as const;

/** Creates a user from the form. Shows the API's message for each invalid field next to the field. */
export function createUsers(client: Client): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void create(client, new FormData(form));
  });
}

async function create(client: Client, data: FormData): Promise<void> {
  showFieldErrors({});
  showMessage('', '');
  button.disabled = true;
  const [name, email, password] = [text(data, 'name'), text(data, 'email'), text(data, 'password')];
  try {
    // With a key, the client can retry after a lost connection, and the API creates the user only once.
    const user = await client.users.create({ name, email, password }, { idempotencyKey: crypto.randomUUID() });
    form.reset();
    showMessage('good', `Created ${user.name} (${user.id}).`);
  } catch (error) {
    if (error instanceof UnprocessableEntityError) showFieldErrors(error.details ?? {});
    else if (error instanceof APIError) showMessage('bad', error.message);
    else if (error instanceof ExampleError) showMessage('bad', `The API could not be reached. ${error.message}`);
    else throw error;
  } finally {
    button.disabled = false;
  }
}

/** `details` has a message for each invalid field. */
function showFieldErrors(details: Readonly<Record<string, unknown>>): void {
  for (const name of fields) {
    const problem = details[name];
    find(`${name}-error`, HTMLElement).textContent = typeof problem === 'string' ? problem : '';
    find(name, HTMLInputElement).ariaInvalid = String(problem !== undefined);
  }
  form.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
}

function showMessage(kind: 'good' | 'bad' | '', content: string): void {
  message.dataset['kind'] = kind;
  message.textContent = content;
}

function text(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}
