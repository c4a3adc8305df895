import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createSandbox } from '@example/sandbox';
import { run } from '../../support/child-process.ts';
import { listen } from '../../support/free-port.ts';

/** Starts a local API that needs help to be reached: behind a certificate that nobody knows, a proxy, and in a socket. */
export async function startNetwork() {
  const directory = await mkdtemp(join(tmpdir(), 'network-'));
  const [authority, socketPath] = [join(directory, 'ca.pem'), join(directory, 'api.sock')];
  await makeCertificates(directory);
  const sandbox = createSandbox();
  const answer = getRequestListener((request) => sandbox.fetch(request));
  const listener = (...exchange: Parameters<typeof answer>) => void answer(...exchange);
  const [key, cert] = await Promise.all(['key', 'certificate'].map((name) => readFile(join(directory, `${name}.pem`))));
  const tls = createTlsServer({ key, cert }, listener);
  const port = await listen(tls);
  const socket = createServer(listener).listen(socketPath);
  await once(socket, 'listening');

  const targets: string[] = [];
  // It leads everywhere to that port.
  const proxy = createServer().on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const each of [client, upstream]) each.on('error', () => undefined);
  });
  return {
    sandbox,
    /** The port of 127.0.0.1 where it speaks TLS, as `localhost` and as `api.example.com`. */
    port,
    /** The file with the certificate of the authority that signed its own. */
    authority,
    socketPath,
    proxy: `http://127.0.0.1:${await listen(proxy)}`,
    /** What the proxy was asked to connect to, such as `api.example.com:443`. */
    targets,
    async [Symbol.asyncDispose]() {
      for (const server of [tls, socket, proxy]) {
        server.close();
        server.closeAllConnections();
      }
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Writes the certificate of an authority, one that it has signed, and their keys. */
async function makeCertificates(cwd: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const openssl = (options: string) => run('openssl', ['req', '-x509', ...key, ...options.split(' ')], { cwd });
  await openssl('-subj /CN=Company_CA -keyout ca-key.pem -out ca.pem');
  await openssl(
    '-CA ca.pem -CAkey ca-key.pem -subj /CN=localhost -keyout key.pem -out certificate.pem ' +
      '-addext subjectAltName=DNS:localhost,DNS:api.example.com -addext basicConstraints=critical,CA:FALSE',
  );
}
