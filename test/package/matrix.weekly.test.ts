import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { codeBlocks } from '../guides/support/code-blocks.ts';
import { startFileServer } from '../support/file-server.ts';
import { tool } from '../support/tools.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';
import type { useSandbox } from './consumer/sandbox.ts';
import type { runSuite } from './consumer/suite.ts';
import { buildConsumer, bundleConsumer } from './support/build-consumer.ts';
import { compileConsumers } from './support/compile.ts';
import { bundlers, compilers, moduleKinds, runtimes, testRuns } from './support/matrix.ts';
import { runTool } from './support/run-tool.ts';
import { expectedOfSandbox, expectToRun, startSuite } from './support/suite-run.ts';

compileConsumers(compilers.slice(1));

const rarely = runtimes.flatMap((runtime) =>
  moduleKinds.filter((kind) => !runtime.eachChange.includes(kind)).map((kind) => ({ ...runtime, ...kind })),
);
it.each(rarely)('$subject uses the installed packages from $moduleKind', (runtime) => expectToRun(runtime, runtime));

const html = '<!doctype html><title>Page</title><script type="module" src="page.js"></script>';

describeInChromium('a page in Chromium', () => {
  const browser = useChromium();

  it.each(bundlers)('of $subject uses the API and the sandbox', async (bundler) => {
    const { input, check } = await startSuite();
    const directory = await mkdtemp(join(inject('project'), `${bundler.tool}-`));
    await buildConsumer('page.ts', join(basename(directory), 'page.js'));
    await writeFile(join(directory, 'index.html'), html);
    await runTool([`.bin/${bundler.tool}`, ...bundler.args.split(' ')], {}, directory);
    const out = join(directory, 'out');
    // Vite has written its own file.
    await writeFile(join(out, 'index.html'), html, { flag: 'wx' }).catch(() => undefined);
    const page = await browser().newPage();
    const server = await startFileServer(out);
    onTestFinished(server.close);
    await page.goto(server.url);

    const [suite, sandbox] = await page.evaluate(async (given) => {
      // consumer/page.ts set these.
      const set = globalThis as unknown as { runSuite: typeof runSuite; useSandbox: typeof useSandbox };
      return [await set.runSuite(given), await set.useSandbox()];
    }, input);

    check(suite);
    expect(sandbox).toEqual(expectedOfSandbox.sandbox);
  });
});

it.each(testRuns)('$subject runs a test that uses the packages from $moduleKind', async (run) => {
  const { subject, format, extension, command, dom } = run;
  const { input, check } = await startSuite();
  const test = await buildConsumer('in-test-runner.ts', `${subject.replace(/\W+/g, '-')}.test.${extension}`, format);
  if (subject.startsWith('Jest with jsdom')) {
    const without = runTool([...command, basename(test)]);
    await expect(without).rejects.toThrow(/Text(De|En)coder is not defined/);
    const guide = await readFile(new URL('../../docs/testing.md', import.meta.url), 'utf8');
    const [line] = /\/\*\* @jest-environment .+? \*\//.exec(guide) ?? [];
    await writeFile(test, `${line}\n${await readFile(test, 'utf8')}`);
  }

  const OUTPUT = `${test}.json`;
  await runTool([...command, basename(test)], { INPUT: JSON.stringify(input), OUTPUT });

  // consumer/in-test-runner.ts writes this.
  const { suite, ...rest } = JSON.parse(await readFile(OUTPUT, 'utf8')) as { suite: unknown };
  check(suite);
  expect(rest).toEqual({ ...expectedOfSandbox, dom });
});

it('the test for Jest in docs/testing.md passes', async () => {
  const forJest = codeBlocks.filter(({ code }) => code.includes(`from '@jest/globals'`));
  await writeFile(join(inject('project'), 'guide.test.mjs'), forJest.map(({ code }) => code).join('\n'));
  // Rejects if the test fails.
  await expect(runTool([...testRuns[0]!.command, 'guide.test.mjs'])).resolves.toBeTypeOf('string');
});

/** A program that runs the suite in the edge runtime of Next.js. */
const inEdgeRuntime = `const { EdgeRuntime } = require('edge-runtime');
  const script = require('node:fs').readFileSync(process.argv[1], 'utf8') + ';suite.runSuite(' + process.argv[2] + ')';
  new EdgeRuntime().evaluate(script).then((suite) => console.log(JSON.stringify(suite)));`;

it('the edge runtime of Next.js uses the installed package', async () => {
  const { input, check } = await startSuite();
  const bundle = await bundleConsumer('suite.ts', 'edge-suite.js', 'iife');
  const args = ['-e', inEdgeRuntime, bundle, JSON.stringify(input)];

  check(JSON.parse(await runTool([process.execPath, ...args], { NODE_PATH: tool('') })));
});

/** Compiles a script with Babel's official preset. */
const throughBabel = `const { transformFileSync } = require('@babel/core');
  const preset = [require.resolve('@react-native/babel-preset'), { enableBabelRuntime: false, disableImportExportTransform: true }];
  const { code } = transformFileSync(process.argv[1], { presets: [preset], babelrc: false, configFile: false });
  require('node:fs').writeFileSync(process.argv[1], code);`;

it('React Native builds the installed package with its preset and compiler', async () => {
  const bundle = await bundleConsumer('suite.ts', 'react-native.js', 'iife');
  await runTool([process.execPath, '-e', throughBabel, bundle], { NODE_PATH: tool('') });
  const compiler = 'hermes-compiler/hermesc/linux64-bin/hermesc';
  // Like an app's build, this compiler rejects static blocks.
  await runTool([compiler, '-O', '-w', '-emit-binary', '-out', `${bundle}.hbc`, bundle]);

  expect((await stat(`${bundle}.hbc`)).size).toBeGreaterThan(100_000);
});
