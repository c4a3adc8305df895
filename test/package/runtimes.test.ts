import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { end, startPrinting } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { startHiddenApi, startProxy } from '../support/networks.ts';
import { tool, toolVersions } from '../support/tools.ts';
import { secret, signed } from '../webhooks/support/signed-request.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { moduleKinds, runtimes } from './support/matrix.ts';
import { runTool } from './support/run-tool.ts';
import { expectedOfSandbox, startSuite } from './support/suite-run.ts';

describe.each(runtimes)('$subject', ({ subject, tool: name = '', command }) => {
  it.each(moduleKinds)('uses the installed packages from $moduleKind', async ({ format, extension }) => {
    const { input, check } = await startSuite();
    const program = await buildConsumer('command.ts', `command.${extension}`, format);

    const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
    check(suite);
    const version = toolVersions[name] ?? process.versions.node;
    expect(rest).toEqual({ ...expectedOfSandbox, version, redis: 'function' });
  });

  it('uses the proxy and the certificate of the environment, as docs/networks.md says', async () => {
    await using api = await startHiddenApi();
    await using proxy = await startProxy(api.port);
    const program = await buildConsumer('networks.ts', 'networks.mjs');
    const environment = {
      HTTPS_PROXY: proxy.url,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: api.authority,
      DENO_CERT: api.authority,
      DENO_NO_UPDATE_CHECK: '1',
    };

    const printed = runTool([...command, basename(program), api.sandbox.apiToken], environment);

    // Node.js can do so since 22.21.
    if (subject === 'Node.js 22.12')
      await expect(printed).rejects.toThrow('ConnectionError: The request failed: getaddrinfo ');
    else expect(await printed).toBe('100\n');
    expect(proxy.targets).toEqual(subject === 'Node.js 22.12' ? [] : ['api.example.com:443']);
  });
});

it.each([
  ['Bun', '.bin/bun'],
  ['Deno', '.bin/deno', 'run', '--no-prompt', '--allow-net', '--allow-env'],
])('the recipe for %s accepts a signed webhook, and rejects a changed one', async (subject, program, ...args) => {
  const port = await freePort();
  const file = join(inject('project'), `webhooks-${subject}.mjs`);
  await writeFile(file, [preamble, `const port = ${port};`, recipe(subject)].join('\n'));
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, EXAMPLE_WEBHOOK_SECRET: secret };
  const { child, output } = startPrinting(tool(program), [...args, file], { cwd: inject('project'), env });
  onTestFinished(() => end(child));
  const url = `http://127.0.0.1:${port}/webhooks`;
  await vi.waitFor(() => fetch(url), { timeout: 60_000 });

  const { body, ...rest } = await signed();
  expect((await fetch(url, { ...rest, body })).status).toBe(204);
  expect((await fetch(url, { ...rest, body: body.replace('John', 'Eve') })).status).toBe(400);
  expect(output()).toContain('Welcome, John');
  expect(output()).not.toContain('Eve');
});
