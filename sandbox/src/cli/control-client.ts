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

/** A client of the control API of a sandbox that runs. Its results are typed as the sandbox's own records. */
export class ControlClient {
  readonly origin: string;
  readonly #signal: AbortSignal | undefined;
  readonly #token: string | undefined;

  private constructor(origin: string, signal?: AbortSignal, token?: string) {
    this.origin = origin;
    this.#signal = signal;
    this.#token = token;
  }

  /**
   * Connects to a sandbox.
   *
   * @param signal Ends the requests.
   * @param token The sandbox's API token, which registering a webhook needs if the sandbox listens for other machines.
   * @throws {CommandError} when no sandbox of this version runs there.
   */
  static async connect(origin: string, signal?: AbortSignal, token?: string): Promise<ControlClient> {
    const client = new ControlClient(origin, signal, token);
    const response = await client.#fetch('/info');
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
    return client;
  }

  /** Sends a request, and reads the response. @throws {CommandError} when the sandbox refuses it. */
  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#request(method, path, body);
    // `connect` has made sure that it is a sandbox of this version.
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /**
   * Connects to a stream of values. It ends when the sandbox stops or the signal aborts. Returning from a loop over it
   * disconnects.
   */
  async stream<T>(method: string, path: string, body?: unknown): Promise<AsyncGenerator<T>> {
    return this.#values(await this.#request(method, path, body));
  }

  async *#values<T>(response: Response): AsyncGenerator<T> {
    if (response.body === null) return;
    try {
      // As above.
      for await (const value of parseLines(response.body)) yield value as T;
    } catch (error) {
      // The connection broke.
      if (!(error instanceof TypeError) && this.#signal?.aborted !== true) throw error;
    }
  }

  async #request(method: string, path: string, body: unknown): Promise<Response> {
    const response = await this.#fetch(
      path,
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } },
    );
    if (response.ok) return response;
    throw await refusal(response);
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      const headers = new Headers(init.headers);
      if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`);
      return await fetch(`${this.origin}/__sandbox${path}`, { ...init, headers, signal: this.#signal ?? null });
    } catch (error) {
      if (this.#signal?.aborted === true) throw error;
      throw new CommandError(
        `No sandbox is running at ${this.origin}. Start one with example-sandbox, or choose another server with --server.`,
      );
    }
  }
}

async function refusal(response: Response): Promise<CommandError> {
  const { success, data } = errorBodySchema.safeParse(await response.json().catch(() => undefined));
  if (!success) return new CommandError(`The sandbox responded with ${response.status}.`);
  const { message, details } = data.error;
  return new CommandError([message, ...Object.entries(details).map((detail) => `  ${detail.join(': ')}`)].join('\n'));
}
