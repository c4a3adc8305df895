import { basename } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHiddenApi, startProxy, type HiddenApi, type Proxy } from '../support/networks.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { moduleKinds, runtimes } from './support/runtimes.ts';
import { expectedOfSandbox, startSuite } from './support/suite-run.ts';
import { runTool, versionOf } from './support/tools.ts';

describe.each(runtimes)('$subject', ({ name, command }) => {
  it.each(moduleKinds)('uses the installed packages from $moduleKind', async ({ format, output }) => {
    const { input, check } = await startSuite();
    const program = await buildConsumer('command.ts', output, format);

    const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
    check(suite);
    const verified = ['user.created'];
    expect(rest).toEqual({ ...expectedOfSandbox, version: versionOf(name), redis: 'function', verified });
  });
});

describe('the proxy and the certificate of the environment, as docs/networks.md says,', () => {
  /** Since 22.21. */
  const withoutProxies = ['Node.js 22.12'];
  let api: HiddenApi;
  let proxy: Proxy;
  beforeAll(async () => {
    api = await startHiddenApi();
    proxy = await startProxy(api.port);
  });
  beforeEach(() => void proxy.targets.splice(0));
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });

  it.each(runtimes)('are used by $subject', async ({ subject, command }) => {
    const program = await buildConsumer('networks.ts', 'networks.mjs');
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
