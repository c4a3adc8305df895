import { describe, it } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';
import { canRunNginx, startNginx } from '../support/nginx-server.ts';

// A gateway with a limit of its own in front of the API, which allows more: 200 calls at once. None fails, or at most two if it limits with 503.

const perSecond = 'limit_req_zone $binary_remote_addr zone=requests:1m rate=10r/s;';
const atOnce = 'limit_conn_zone $binary_remote_addr zone=connections:1m;';
const hidden = ['Limit', 'Remaining', 'Reset'].map((name) => `proxy_hide_header X-RateLimit-${name};`).join(' ');

const limits: [name: string, zones: string, rules: string][] = [
  ['10 a second, burst 20, status 429', perSecond, 'limit_req zone=requests burst=20; limit_req_status 429;'],
  ['10 a second, burst 20, status 503', perSecond, 'limit_req zone=requests burst=20;'],
  [
    '10 a second, burst 20 without delay, status 429',
    perSecond,
    'limit_req zone=requests burst=20 nodelay; limit_req_status 429;',
  ],
  ['10 a second, burst 20 without delay, status 503', perSecond, 'limit_req zone=requests burst=20 nodelay;'],
  ['5 at once, status 429', atOnce, 'limit_conn connections 5; limit_conn_status 429;'],
  ['5 at once, status 503', atOnce, 'limit_conn connections 5;'],
];

const cells = limits.flatMap(([name, zones, rules]) => [
  { name, zones, rules, headers: 'and its headers can be read' },
  { name, zones, rules: `${rules} ${hidden}`, headers: 'and its headers are hidden' },
]);

describe.runIf(canRunNginx())('behind nginx, all calls get done', () => {
  it.concurrent.for(cells)('if it allows $name, $headers', async ({ name, zones, rules, headers }, test) => {
    const sandbox = createSandbox({ rateLimit: { limit: 1_000, window: 60_000 }, latency: 20 });
    const server = await sandbox.listen();
    test.onTestFinished(() => server.close());
    const { origin, pathname } = new URL(server.url);
    await using nginx = await startNginx(origin, zones, rules);
    const client = new Client({
      apiToken: sandbox.apiToken,
      baseUrl: nginx.url + pathname,
      rateLimit: { limit: 1_000 },
      logLevel: 'off',
    });
    const refused: number[] = [];
    client.on('response', ({ status }) => status >= 400 && refused.push(status));
    const start = performance.now();

    const pages = Array.from({ length: 200 }, (_, index) => client.projects.list({ per_page: 1, page: index + 1 }));
    const results = await Promise.allSettled(pages);

    const time = ((performance.now() - start) / 1000).toFixed(1);
    if (process.env['PRINT_ROWS'])
      console.log(
        `| ${name} | ${headers} | ${refused.length} | ${results.filter(({ status }) => status === 'rejected').length} | ${time} s |`,
      );
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    // Side by side, each test has an `expect` of its own.
    // A 503 is a failure of the gateway, and uses up a retry.
    test.expect(errors.length, errors.join('\n')).toBeLessThanOrEqual(name.includes('503') ? 2 : 0);
    test.expect(refused.length).toBeGreaterThan(0); // nginx has limited it.
    test.expect(refused.length).toBeLessThanOrEqual(200);
  });
});
