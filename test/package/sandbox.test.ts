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
import { moduleKinds, runtimes, testRuns } from './support/runtimes.ts';
import { runTool } from './support/tools.ts';

const project = () => inject('packedSandbox').project;

describe.each(runtimes)('$subject', ({ command }) => {
  it.each(moduleKinds)('runs the sandbox from $moduleKind, without a network and over HTTP', async (kind) => {
    const program = await buildConsumer('sandbox-command.ts', `sandbox-${kind.output}`, kind.format, project());

    const printed = await runTool([...command, basename(program)], {}, project());

    expect(JSON.parse(printed)).toEqual({ inProcess: 3, overHTTP: 3 });
  });
});

it.each(testRuns)('$subject runs a test on the sandbox from $moduleKind', async (run) => {
  const { format, file, command, environment } = run;
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
