import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startFileServer } from '../../support/file-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The site's address. It responds once the site is built. */
    readonly site: string;
  }
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds and serves the site for all test files, while the tests of other projects run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const building = build();
  const server = await startFileServer(`${root}site/dist/`, '/js-sdk/', building);
  building.catch((error: unknown) => console.error(error));
  provide('site', server.url);
  return server.close;
}

async function build(): Promise<void> {
  if (!existsSync(`${root}site/node_modules`)) {
    await run('npm', '--prefix', 'site', 'ci', '--no-fund', '--no-audit', '--loglevel=error');
  }
  // Broken links and anchors fail the build.
  await run('npm', '--prefix', 'site', 'run', '--silent', 'build');
}

/** Runs a program without variables that Vitest sets, such as DEV, which would make it a development build. */
export async function run(...command: string[]): Promise<void> {
  const [program = '', ...args] = command;
  const ofVitest = /^(VITEST.*|NODE_ENV|TEST|MODE|DEV|PROD|SSR|BASE_URL)$/;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofVitest.test(name)));
  const env = { ...inherited, ASTRO_TELEMETRY_DISABLED: '1' };
  await promisify(execFile)(program, args, { cwd: root, env }).catch((error: unknown) => {
    // execFile rejects with the output.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command.join(' ')} failed:\n${stdout}\n${stderr}`);
  });
}
