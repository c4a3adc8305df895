import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { forJest } from '../guides/support/testing-recipes.ts';
import { hasChromium, launch } from '../support/chromium.ts';
import type { useSandbox } from './consumer/sandbox-page.ts';
import { serveDirectory } from '../support/static-server.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { buildPage, bundlers } from './support/bundlers.ts';
import { runTool } from './support/run-tool.ts';
import { moduleKinds, runtimes } from './support/runtimes.ts';
import { testRuns } from './support/test-runs.ts';

const project = () => inject('packedSandbox').project;

describe('@example/sandbox', () => {
  it('brings the SDK, and no other package', async () => {
    const lock = await readFile(join(project(), 'package-lock.json'), 'utf8');
    // In npm's format of lockfile version 3, where the project itself has the name ''.
    const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };

    const installed = Object.keys(packages).map((path) => path.replace('node_modules/', ''));
    expect(installed).toEqual(['', '@example/sandbox', '@example/sdk']);
  });

  it('has types for each way to resolve it, says attw', async () => {
    // Rejects if there is a problem, with all of them.
    await runTool(['.bin/attw', inject('packedSandbox').tarball, '--no-definitely-typed', '--format', 'ascii']);
  });

  it('is as a package should be, says publint', async () => {
    expect(await runTool(['.bin/publint', 'run', inject('packedSandbox').tarball, '--strict'])).toContain('All good!');
  });

  it('has one command, so that npx needs only its name', async () => {
    const command = join(project(), 'node_modules/.bin/example-sandbox');
    const { version } = JSON.parse(
      await readFile(join(project(), 'node_modules/@example/sandbox/package.json'), 'utf8'),
    ) as { version: string };

    expect(await runTool(['node22-oldest/bin/node', command, '--version'])).toBe(`${version}\n`);
  });
});

describe.each(runtimes)('$subject', ({ command }) => {
  it.each(moduleKinds)('runs the sandbox from $moduleKind, without a network and over HTTP', async (kind) => {
    const program = await buildConsumer('sandbox-command.ts', `sandbox-${kind.output}`, kind.format, project());

    const printed = await runTool([...command, basename(program)], {}, project());

    expect(JSON.parse(printed)).toEqual({ inProcess: 3, overHTTP: 3 });
  });
});

it.each(testRuns)('$subject runs a test on the sandbox from $moduleKind', async (run) => {
  const { moduleKind, file, command, environment } = run;
  const format = moduleKind === 'CommonJS' ? 'cjs' : 'esm';
  const test = await buildConsumer('sandbox-in-test-runner.ts', file, format, project());

  const OUTPUT = `${test}.json`;
  await runTool([...command, basename(file)], { ...environment, OUTPUT }, project());

  expect(JSON.parse(await readFile(OUTPUT, 'utf8'))).toBe(3);
});

it('the test for Jest in docs/testing.md passes', async () => {
  await writeFile(join(project(), 'guide.test.mjs'), forJest.map(({ code }) => code).join('\n'));
  const { command, environment } = testRuns.find(({ file }) => file === 'in-jest.test.mjs') ?? expect.fail();

  await runTool([...command, 'guide.test.mjs'], environment, project());
});

describe.runIf(hasChromium || process.env['CI'] !== undefined)('a page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it.each(bundlers)('runs the sandbox as $subject bundles it, without configuration', async (bundler) => {
    const program = await readFile(
      await buildConsumer('sandbox-page.ts', `${bundler.name}.mjs`, 'esm', project()),
      'utf8',
    );
    const page = await browser.newPage();
    await page.goto(await serveDirectory(await buildPage(bundler, program, project())));

    // Set by consumer/sandbox-page.ts.
    const result = await page.evaluate(() => (globalThis as unknown as { useSandbox: typeof useSandbox }).useSandbox());

    expect(result).toEqual({ user: 'user_123', projects: 100, events: 1 });
  });
});
