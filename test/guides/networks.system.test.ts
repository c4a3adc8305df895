import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createSandbox } from '@example/sandbox';
import { afterAll, expect, it } from 'vitest';
import { run } from '../support/child-process.ts';
import { listen } from '../support/free-port.ts';
import { codeBlocks, placeOf, projectFolder, root } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';

// A local API that is hard to reach: behind an unknown certificate, behind a proxy, and on a socket.
const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());
const { path: directory } = resources.use(await projectFolder());
const [authority, socketPath] = [join(directory, 'ca.pem'), join(directory, 'api.sock')];
await makeCertificates(directory);
const sandbox = resources.use(createSandbox());
const answer = getRequestListener((request) => sandbox.fetch(request));
const listener = (...exchange: Parameters<typeof answer>) => void answer(...exchange);
const [key, cert] = await Promise.all(['key', 'certificate'].map((name) => readFile(join(directory, `${name}.pem`))));
/** Serves TLS, as `localhost` and as `api.example.com`. */
const tls = createTlsServer({ key, cert }, listener);
const port = await listen(tls);
const socket = createServer(listener).listen(socketPath);
await once(socket, 'listening');

/** The hosts that the proxy was asked for, such as `api.example.com:443`. It connects all of them to that port. */
const targets: string[] = [];
const proxy = createServer().on('connect', (request, client: Socket) => {
  targets.push(request.url ?? '');
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.pipe(client).pipe(upstream);
  });
  for (const each of [client, upstream]) each.on('error', () => undefined);
});
const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
for (const server of [tls, socket, proxy])
  resources.defer(() => {
    server.close();
    server.closeAllConnections();
  });
/** The local API at an address that isn't loopback, although it leads to this machine. */
const plainUrl = `http://0.0.0.0:${new URL((await sandbox.listen()).url).port}`;

/** Writes a certificate authority, a certificate that it signed, and their keys. */
async function makeCertificates(cwd: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const openssl = (options: string) => run('openssl', ['req', '-x509', ...key, ...options.split(' ')], { cwd });
  await openssl('-subj /CN=Company_CA -keyout ca-key.pem -out ca.pem');
  await openssl(
    '-CA ca.pem -CAkey ca-key.pem -subj /CN=localhost -keyout key.pem -out certificate.pem ' +
      '-addext subjectAltName=DNS:localhost,DNS:api.example.com -addext basicConstraints=critical,CA:FALSE',
  );
}

const trusted = () => ({ NODE_EXTRA_CA_CERTS: authority });
const direct = () => ({ EXAMPLE_BASE_URL: `https://localhost:${port}/v1` });

/** The environments that the recipes in docs/networks.md need. Next.js and Cloudflare have their own tests. */
const environments: Readonly<Record<string, () => NodeJS.ProcessEnv>> = {
  'Proxies, certificates and other networks, 1': trusted,
  'With undici, 1': trusted,
  'Certificates of your own, 1': direct,
  'Certificates of your own, 2': direct,
  'Unix sockets, 1': () => ({}),
  'Plain http in your own network, 1': () => ({}),
};
const recipes = codeBlocks
  .filter((block) => placeOf(block) === 'network')
  .map(({ name, code }) => ({ name, code, environment: environments[name.replace('docs/networks.md: ', '')]! }));
const unknown = 'ConnectionError: The request failed: unable to verify the first certificate';

it.each([
  ...recipes.map(({ name, code, environment }) => [name, code, environment, '100\n'] as const),
  ['docs/networks.md, without the certificate,', 'node app.ts', direct, unknown] as const,
])('%s reaches the API, or says what is missing', async (_, recipe, environment, expected) => {
  // Replaces names that belong to another machine.
  const code = recipe
    .replaceAll('http://proxy.example.com:3128', proxyUrl)
    .replaceAll('/etc/ssl/company-ca.pem', authority)
    .replaceAll('/run/api.sock', socketPath)
    .replaceAll('http://sandbox:4010', plainUrl);
  // The code is either a command that starts app.ts, or a program that creates a client.
  const [command, program] = code.includes('node app.ts') ? [code, ''] : ['node app.ts', code];
  const reading = 'console.log((await client.projects.list()).meta.total_count);';
  await writeFile(join(directory, 'app.ts'), programOf(`${program}\n${reading}`));
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH, EXAMPLE_API_TOKEN: sandbox.apiToken, ...environment() };
  targets.length = 0;
  const { stdout, stderr } = await run('sh', ['-c', command], { cwd: directory, env, timeout: 100_000 }).catch(
    (error: unknown) => error as { stdout: string; stderr: string }, // execFile rejects with this.
  );
  expect(stdout + stderr).toContain(expected);
  if (expected !== unknown) expect(stderr).toBe('');
  expect(targets).toEqual(environment === trusted ? ['api.example.com:443'] : []);
});
