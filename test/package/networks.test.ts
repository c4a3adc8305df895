import { basename } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHiddenApi, startProxy } from '../support/networks.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { runTool } from './support/run-tool.ts';
import { runtimes } from './support/runtimes.ts';

/** Since 22.21. */
const withoutProxies = ['Node.js 22.12'];

describe.each(runtimes)('$subject', ({ subject, command }) => {
  it('uses the proxy and the certificate of the environment, as docs/networks.md says', async () => {
    const api = await startHiddenApi();
    const proxy = await startProxy(api.port);
    onTestFinished(async () => {
      await proxy[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    });
    const program = await buildConsumer('networks.ts', `networks-${subject.replace(' ', '-')}.mjs`);
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
