import * as z from 'zod/mini';
import { version } from '../../package.json';
import { errorBodySchema } from '../utils/schemas.ts';
import { parseLines } from '../utils/text-stream.ts';
import { CommandError } from './process-io.ts';

/** Where `example-sandbox` listens by default. */
const defaultServer = 'http://127.0.0.1:4010';

const infoSchema = z.object({ name: z.literal('@example/sandbox'), version: z.string() });

/** The URL of the sandbox that commands talk to: `--server`, or the base URL that programs use, or the default one. */
export function serverUrl(server: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const url = server ?? env['EXAMPLE_BASE_URL'] ?? defaultServer;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url).origin;
  throw new CommandError(`EXAMPLE_BASE_URL is ${url}. It must be a URL such as ${defaultServer}/v1.`, 2);
}

export type ControlClient = Awaited<ReturnType<typeof connect>>;

/**
 * Connects to the control API of a sandbox that runs. Its results are typed as the sandbox's own records.
 *
 * @param signal Ends the requests.
 * @param token The sandbox's API token, which registering a webhook needs if the sandbox listens for other machines.
 * @throws {CommandError} when no sandbox of this version runs there, or when it refuses a request.
 */
export async function connect(origin: string, signal?: AbortSignal, token?: string) {
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    try {
      return await fetch(`${origin}/__sandbox${path}`, { ...init, headers, signal: signal ?? null });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new CommandError(
        `No sandbox is running at ${origin}. Start one with example-sandbox, or choose another server with --server.`,
      );
    }
  };
  const request = async (method: string, path: string, body?: unknown) => {
    const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    const response = await ask(path, { method, ...(body !== undefined && json) });
    if (response.ok) return response;
    throw await refusal(response);
  };

  const response = await ask('/info');
  // It does not serve the sandbox under this name.
  if (response.status === 421) throw await refusal(response);
  const info = infoSchema.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !info.success) {
    throw new CommandError(`${origin} is not an example-sandbox. Choose another server with --server.`);
  }
  if (info.data.version !== version) {
    throw new CommandError(
      `${origin} is version ${info.data.version} of example-sandbox, and this is ${version}. ` +
        `Run npx @example/sandbox@${info.data.version} instead.`,
    );
  }

  return {
    origin,
    /** Sends a request, and reads the response. */
    async send<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await request(method, path, body);
      // It is a sandbox of this version.
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    },
    /**
     * Connects to a stream of values. It ends when the sandbox stops or the signal aborts. Returning from a loop over it
     * disconnects.
     */
    async stream<T>(method: string, path: string, body?: unknown): Promise<AsyncGenerator<T>> {
      return valuesOf<T>(await request(method, path, body), signal);
    },
  };
}

async function* valuesOf<T>({ body }: Response, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (body === null) return;
  try {
    // It is a sandbox of this version.
    for await (const value of parseLines(body)) yield value as T;
  } catch (error) {
    // The connection broke.
    if (!(error instanceof TypeError) && signal?.aborted !== true) throw error;
  }
}

async function refusal(response: Response): Promise<CommandError> {
  const { success, data } = errorBodySchema.safeParse(await response.json().catch(() => undefined));
  if (!success) return new CommandError(`The sandbox responded with ${response.status}.`);
  const { message, details } = data.error;
  return new CommandError([message, ...Object.entries(details).map((detail) => `  ${detail.join(': ')}`)].join('\n'));
}
