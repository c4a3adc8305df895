import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { describeEachBrowserEngine } from '../support/browser-engines.ts';
import { servePage } from '../support/static-server.ts';
import { forJestInJsdom } from '../guides/support/testing-recipes.ts';
import { buildConsumer, bundleConsumer } from './support/build-consumer.ts';
import { moduleKinds, testRuns } from './support/runtimes.ts';
import { runTest, startSuite } from './support/suite-run.ts';
import { runTool, tool } from './support/tools.ts';

/** For programs that use tools beside the SDK. */
const withTools = { NODE_PATH: tool('') };

it('the edge runtime of Next.js uses the installed package', async () => {
  const { input, check } = await startSuite();
  const bundle = await bundleConsumer('suite.ts', 'edge-suite.js', 'iife');
  const program = await buildConsumer('edge.ts', 'edge.cjs', 'cjs');

  const printed = await runTool(['node24/bin/node', basename(program), bundle, JSON.stringify(input)], withTools);

  const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
  check(suite);
  expect(rest).toEqual({ name: 'edge-runtime', any: 'undefined' });
});

/** A script as the official preset of Babel leaves it. */
const throughBabel = `const { transformFileSync } = require('@babel/core');
  const preset = [require.resolve('@react-native/babel-preset'), { enableBabelRuntime: false, disableImportExportTransform: true }];
  const { code } = transformFileSync(process.argv[1], { presets: [preset], babelrc: false, configFile: false });
  require('node:fs').writeFileSync(process.argv[1], code);`;

it('React Native builds the installed package with its preset and compiler, and runs it in Hermes', async () => {
  const bundle = await bundleConsumer('react-native.ts', 'react-native.js', 'iife');
  const engine = await buildConsumer('react-native-engine.ts', 'react-native-engine.js');
  await writeFile(bundle, (await readFile(engine, 'utf8')) + (await readFile(bundle, 'utf8')));
  await runTool(['node24/bin/node', '-e', throughBabel, bundle], withTools);
  const compiler = 'hermes-compiler/hermesc/linux64-bin/hermesc';
  // It refuses static blocks, as an app's build does.
  await runTool([compiler, '-O', '-w', '-emit-binary', '-out', `${bundle}.hbc`, bundle]);

  const printed = await runTool(['hermes-engine-cli/linux64-bin/hermes', '-w', bundle]);

  expect(JSON.parse(printed)).toEqual({ got: 'Jane Doe', iterated: 101, aborted: 'AbortError' });
});

it('the signals of jsdom, happy-dom and abort-controller end calls and lists', async () => {
  const { input } = await startSuite();
  const program = await buildConsumer('signals.ts', 'signals.cjs', 'cjs');

  const printed = await runTool(['node24/bin/node', basename(program), JSON.stringify(input.healthy)], withTools);

  const ended = ['Jane Doe', 100, 'AbortError'];
  expect(JSON.parse(printed)).toEqual({ jsdom: ended, 'happy-dom': ended, 'abort-controller': ended });
});

describe('Jest with jsdom', () => {
  const { command, environment } = testRuns.find(({ file }) => file === 'in-jest.test.cjs') ?? expect.fail();
  const jsdom = [...command, `--env=${tool('jest-environment-jsdom')}`];

  it('uses the installed package in a test that has the line of docs/testing.md', async () => {
    const { input, check } = await startSuite();
    const test = await buildConsumer('in-test-runner.ts', 'in-jsdom.test.cjs', 'cjs');
    await writeFile(test, `${forJestInJsdom}\n${await readFile(test, 'utf8')}`);

    check((await runTest(jsdom, test, input, environment)).suite);
  });

  it('does not load it without that line', async () => {
    const test = join(inject('project'), 'no-line.test.cjs');
    await writeFile(test, "test('loads', () => void require('@example/sdk'));");

    await expect(runTool([...jsdom, basename(test)], environment)).rejects.toThrow('TextEncoder is not defined');
  });
});

it.each(['happy-dom', 'jsdom'])('Vitest with %s uses the installed package', async (name) => {
  const { input, check } = await startSuite();
  const test = await buildConsumer('in-dom.ts', `in-${name}.test.mjs`);
  const { command } = testRuns.find(({ subject }) => subject === 'Vitest') ?? expect.fail();

  const { suite, document } = await runTest([...command, '--environment', name], test, input);
  check(suite);
  expect(document).toBe('object');
});

describeEachBrowserEngine('a service worker', ({ name, open }) => {
  it('uses the installed package, with the API on another origin', async () => {
    const { input, check } = await startSuite();
    const script = await readFile(await bundleConsumer('service-worker.ts', `sw-in-${name}.js`, 'iife'), 'utf8');
    await using tab = await open();
    await tab.goto(await servePage('<!doctype html>', script));

    check(
      await tab.evaluate(`(async () => {
        await navigator.serviceWorker.register('/page.js');
        const { active } = await navigator.serviceWorker.ready;
        const answer = new Promise((resolve) => {
          navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
        });
        active.postMessage(${JSON.stringify(input)});
        return answer;
      })()`),
    );
  });
});

describe('a package manager without hoisting', () => {
  const run = promisify(execFile);
  const pnp = 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n';

  it.each([
    ['pnpm, strict', 'pnpm', { '.npmrc': 'hoist=false\nnode-linker=isolated\n' }, ['exec', 'node']],
    ['Yarn, Plug\u2019n\u2019Play', 'yarn', { '.yarnrc.yml': pnp, 'yarn.lock': '' }, ['node']],
  ] as const)('%s: installs it, and it runs', async (_, manager, files, node) => {
    const directory = join(inject('project'), '..', manager);
    await mkdir(directory);
    const sdk = inject('tarballs').find((path) => basename(path).startsWith('example-sdk-'));
    const manifest = { name: 'consumer', private: true, dependencies: { '@example/sdk': `file:${sdk}` } };
    for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) }))
      await writeFile(join(directory, name), text);
    const { HOME, PATH } = process.env;
    const options = { cwd: directory, env: { HOME, PATH: `${tool('node24/bin')}:${PATH}` } };
    await run(tool(`.bin/${manager}`), ['install'], options);

    for (const { format, output } of moduleKinds) {
      const { input, check } = await startSuite();
      const program = await readFile(await buildConsumer('print-suite.ts', `print-${output}`, format));
      await writeFile(join(directory, output), program);
      const { stdout } = await run(tool(`.bin/${manager}`), [...node, output, JSON.stringify(input)], options);
      check(JSON.parse(stdout));
    }
  });
});
