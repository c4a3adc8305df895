import * as z from 'zod/mini';
import { version } from '../../package.json';
import { parseJson } from '../utils/json.ts';
import { errorBodySchema } from '../utils/schemas.ts';
import { CommandError } from './process-io.ts';

/** Where the command line listens by default. */
const defaultServer = 'http://127.0.0.1:4010';

const infoSchema = z.object({ name: z.literal('@example/sandbox'), version: z.string() });

/** The URL of the sandbox that commands talk to: `--server`, or the base URL that programs use, or the default one. */
export function serverUrl(server: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const url = server ?? env['EXAMPLE_BASE_URL'] ?? defaultServer;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url).origin;
  throw new CommandError(`EXAMPLE_BASE_URL is ${url}. It must be a URL such as ${defaultServer}/v1.`, 2);
}

/**
 * Connects to the control API of a sandbox that runs. Its results are typed as the sandbox's own records.
 *
 * @throws {CommandError} when no sandbox of this version runs there, or when it refuses a request.
 */
export async function connect(origin: string) {
  const ask = (path: string, init?: RequestInit) =>
    fetch(`${origin}/__sandbox${path}`, init).catch(() => {
      throw new CommandError(
        `No sandbox is running at ${origin}. Start one with npx @example/sandbox, or choose another with --server.`,
      );
    });

  const response = await ask('/info');
  // It does not serve the sandbox under this name.
  const body = parseJson(await response.text());
  if (response.status === 421) throw refusal(response, body);
  const info = infoSchema.safeParse(body);
  if (!response.ok || !info.success) {
    throw new CommandError(`${origin} is not a sandbox of the Example API. Choose another server with --server.`);
  }
  if (info.data.version !== version) {
    throw new CommandError(
      `${origin} is version ${info.data.version} of @example/sandbox, and this is ${version}. ` +
        `Run npx @example/sandbox@${info.data.version} instead.`,
    );
  }

  return {
    origin,
    /** Sends a request, and reads the response. */
    async send<T>(method: string, path: string, body?: unknown): Promise<T> {
      const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
      const answer = await ask(path, { method, ...(body !== undefined && json) });
      const result = parseJson(await answer.text());
      if (!answer.ok || (answer.status !== 204 && result === undefined)) throw refusal(answer, result);
      // It is a sandbox of this version.
      return result as T;
    },
  };
}

function refusal({ url, status, headers }: Response, body: unknown): CommandError {
  const { data } = errorBodySchema.safeParse(body);
  if (data === undefined) {
    return new CommandError(
      `${new URL(url).origin} sent a ${status} with ${headers.get('content-type') ?? 'no content type'}, which no sandbox does: ` +
        "a proxy may be in between. Pass the sandbox's own address with --server.",
    );
  }
  const { message, details } = data.error;
  return new CommandError([message, ...Object.entries(details).map((detail) => `  ${detail.join(': ')}`)].join('\n'));
}
