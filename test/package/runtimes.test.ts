import { basename } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHiddenApi, startProxy } from '../support/networks.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { moduleKinds, runtimes } from './support/runtimes.ts';
import { startSuite } from './support/suite-run.ts';
import { runTool, versionOf } from './support/tools.ts';

/** Since 22.21. */
const withoutProxies = ['Node.js 22.12'];

// JavaScriptCore does not know who awaits a promise, so Bun shows only what fails before the first await.
const shownInBun = ['webhook verification'];

describe.each(runtimes)('$subject', ({ subject, name, command }) => {
  const output = (what: string) => `${what}-${subject.replace(' ', '-')}.mjs`;

  it.each(moduleKinds)('uses the installed package from $moduleKind', async ({ moduleKind, format, output }) => {
    const { input, check } = await startSuite();
    const program = await buildConsumer('command.ts', output, format);

    const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
    check(suite);
    const version = versionOf(name);
    expect(rest).toEqual({ version, redis: 'function' });
    recordAsCompatible({ section: 'Runtime', subject, version, moduleKind });
  });

  // All places where a call can fail: test/http/stacks.test.ts.
  it("shows the caller's line in the stack of each error", async () => {
    const program = await buildConsumer('stacks.ts', output('stacks'));

    const shown = JSON.parse(await runTool([...command, basename(program)])) as Record<string, boolean>;

    const places = Object.keys(shown);
    expect(places).toHaveLength(6);
    expect(places.filter((place) => shown[place])).toEqual(subject === 'Bun' ? shownInBun : places);
  });

  it('uses the proxy and the certificate of the environment, as docs/networks.md says', async () => {
    const api = await startHiddenApi();
    const proxy = await startProxy(api.port);
    onTestFinished(async () => {
      await proxy[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    });
    const program = await buildConsumer('networks.ts', output('networks'));
    const environment = {
      HTTPS_PROXY: proxy.url,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: api.authority,
      DENO_CERT: api.authority,
      DENO_NO_UPDATE_CHECK: '1',
    };

    const printed = runTool([...command, basename(program), api.sandbox.apiToken], environment);

    if (withoutProxies.includes(subject)) {
      await expect(printed).rejects.toThrow('ConnectionError: The request failed: getaddrinfo ');
      expect(proxy.targets).toEqual([]);
    } else {
      expect(await printed).toBe('100\n');
      expect(proxy.targets).toEqual(['api.example.com:443']);
    }
  });
});
