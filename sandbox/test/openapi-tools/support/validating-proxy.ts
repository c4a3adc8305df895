import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../../test/support/free-port.ts';
import { directory, installed } from './tools.ts';

/** Something that Prism found wrong with a request or a response. */
export interface Violation {
  /** `request` or `response`, and then where. */
  readonly location: readonly string[];
  readonly severity: string;
  readonly message: string;
}

/** Prism between a client and a server, which validates by an OpenAPI document all that passes through. */
export class ValidatingProxy {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Starts it in front of a server. Returns when it listens. */
  static async start(document: string, upstream: string): Promise<ValidatingProxy> {
    const port = await freePort();
    const args = ['proxy', document, upstream, '--host', '127.0.0.1', '--port', String(port)];
    const child = spawn(process.execPath, [installed('@stoplight/prism-cli/dist/index.js'), ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    await new Promise<void>((resolve, reject) => {
      // Read for as long as it runs: it would end without a reader.
      child.stdout.on('data', (chunk) => {
        text += String(chunk);
        if (text.includes('Prism is listening')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`Prism ended with ${String(code)}:\n${text}`)));
    });
    return new ValidatingProxy(`http://127.0.0.1:${port}`, child);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

/** What Prism found wrong with an exchange. */
export function violationsOf(response: Response): { request: Violation[]; response: Violation[] } {
  const all = JSON.parse(response.headers.get('sl-violations') ?? '[]') as Violation[];
  const of = (part: string) => all.filter(({ location }) => location[0] === part);
  return { request: of('request'), response: of('response') };
}
