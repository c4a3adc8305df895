import * as z from 'zod/mini';
import { parseJson } from '../utils/json.ts';
import { errorBodySchema } from '../utils/schemas.ts';
import { CommandError } from './process-io.ts';

/** Where the command line listens by default. */
const defaultServer = 'http://127.0.0.1:4010';

const infoSchema = z.object({ name: z.literal('@example/sandbox') });

/** The URL of the sandbox that commands talk to: `--server`, or the base URL that programs use, or the default one. */
export function serverUrl(server: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const url = server ?? env['EXAMPLE_BASE_URL'] ?? defaultServer;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url).origin;
  throw new CommandError(`EXAMPLE_BASE_URL is ${url}. It must be a URL such as ${defaultServer}/v1.`);
}

/**
 * Connects to the control API of a sandbox that runs. Its results are typed as the sandbox's own records.
 *
 * @throws {CommandError} when no sandbox runs there, or when it refuses a request.
 */
export async function connect(origin: string) {
  /** Sends a request, and reads the response. */
  const send = async <T>(method: string, path: string, fields?: unknown): Promise<T> => {
    const json = { body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } };
    const response = await fetch(`${origin}/__sandbox${path}`, { method, ...(fields !== undefined && json) }).catch(
      () => {
        throw new CommandError(
          `No sandbox is running at ${origin}. Start one with npx @example/sandbox, or choose another with --server.`,
        );
      },
    );
    const body = parseJson(await response.text());
    const { error } = errorBodySchema.safeParse(body).data ?? {};
    if (error === undefined) return body as T; // It is a sandbox: see below.
    const details = Object.entries(error.details).map((detail) => `  ${detail.join(': ')}`);
    throw new CommandError([error.message, ...details].join('\n'));
  };

  if (!infoSchema.safeParse(await send('GET', '/info')).success) {
    throw new CommandError(`${origin} is not a sandbox of the Example API. Choose another server with --server.`);
  }
  return { origin, send };
}
