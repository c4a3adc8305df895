// One client in a process of its own. It makes the calls that each message asks for, and answers with what came of them.
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { httpContestant } from './clients.ts';
import { passwordForms, token } from './secrets.ts';

/** Calls to make, all at once. */
export interface Task {
  readonly url: string;
  readonly method: 'create' | 'get';
  /** One call for each. Ignored by `create`. */
  readonly ids: readonly string[];
  /** Of one attempt, in milliseconds. Default: the client's. */
  readonly timeout?: number;
  /** Passes one signal to all calls. */
  readonly sharesSignal?: boolean;
  /** Looks for secrets in the errors, which takes long. */
  readonly inspectsErrors?: boolean;
}

export interface Outcome {
  /** Calls that ended with a value. */
  readonly values: number;
  /** Calls that ended with an error. */
  readonly errors: number;
  /** Errors of a class that the client does not document. */
  readonly foreignErrors: number;
  /** Errors in which the token was found. */
  readonly withToken: number;
  /** Forms of the password that were found in an error. */
  readonly passwordForms: number;
  /** Listeners that are left on the shared signal. */
  readonly listeners: number;
  /** Bytes of bodies that the client has read, after decompression; `undefined` if it does not use `fetch`. */
  readonly bytes: number | undefined;
  /** Unhandled rejections since the process began. */
  readonly unhandled: number;
}

const name = process.argv[2] ?? '';

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const bytesByOrigin = new Map<string, number>();
const originalFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await originalFetch(input, init);
  if (!response.headers.has('x-count-bytes') || !response.body) return response;
  const { origin } = new URL(response.url);
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytesByOrigin.set(origin, (bytesByOrigin.get(origin) ?? 0) + chunk.length);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), response);
};

async function perform({ url, method, ids, timeout, sharesSignal, inspectsErrors }: Task): Promise<Outcome> {
  const client = await httpContestant(name, url, timeout);
  const { signal } = new AbortController();
  const call = async (id: string) =>
    method === 'create' ? client.create() : client.get(id, sharesSignal ? signal : undefined);
  const results = await Promise.allSettled(ids.map(call));
  // What a client leaves behind may take a moment to show.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const errors = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  const inspected = inspectsErrors ? errors : [];
  return {
    values: results.length - errors.length,
    errors: errors.length,
    foreignErrors: errors.filter((error) => !client.isOwn(error)).length,
    withToken: inspected.filter((error) => printed(error).some((text) => text.includes(token))).length,
    passwordForms: Object.values(passwordForms).filter((form) => inspected.some((error) => holds(error, form))).length,
    listeners: getEventListeners(signal, 'abort').length,
    bytes: bytesByOrigin.get(new URL(url).origin),
    unhandled,
  };
}

/** What a logger or an error tracker may print of an error. */
function printed(error: unknown): string[] {
  return [inspect(error, { depth: 10 }), JSON.stringify(error), String(error)];
}

/** Also within a text that was printed as JSON, or by `inspect`. */
function holds(error: unknown, form: string): boolean {
  const printedForms = [form, JSON.stringify(form).slice(1, -1), inspect(form).slice(1, -1)];
  return printed(error).some((text) => printedForms.some((printedForm) => text.includes(printedForm)));
}

// The parent sends numbered tasks.
process.on('message', ({ id, task }: { id: number; task: Task }) => {
  void perform(task).then((outcome) => process.send?.({ id, outcome }));
});
process.send?.('ready');
