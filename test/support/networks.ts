import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createSandbox } from '@example/sandbox';
import { run } from './child-process.ts';
import { listen } from './free-port.ts';

/** Starts the local API where it can't be reached without help: behind a certificate that nobody knows, and in a socket. */
export async function startHiddenApi() {
  const directory = await mkdtemp(join(tmpdir(), 'hidden-api-'));
  const [authority, socketPath] = [join(directory, 'ca.pem'), join(directory, 'api.sock')];
  await makeCertificates(directory);
  const sandbox = createSandbox();
  const answer = getRequestListener((request) => sandbox.fetch(request));
  const listener = (...exchange: Parameters<typeof answer>) => void answer(...exchange);
  const [key, cert] = await Promise.all(['key', 'certificate'].map((name) => readFile(join(directory, `${name}.pem`))));
  const tls = createTlsServer({ key, cert }, listener);
  const socket = createServer(listener).listen(socketPath);
  await once(socket, 'listening');
  return {
    sandbox,
    /** The port of 127.0.0.1 where it speaks TLS, as `localhost` and as `api.example.com`. */
    port: await listen(tls),
    /** The file with the certificate of the authority that signed its own. */
    authority,
    socketPath,
    async [Symbol.asyncDispose]() {
      for (const server of [tls, socket] as Server[]) {
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

/** Starts a proxy that leads everywhere to the same port of this machine. */
export async function startProxy(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(400).end());
  const proxy = {
    url: `http://127.0.0.1:${await listen(server)}`,
    /** The `user:password` that it asks for, if it does. */
    credentials: undefined as string | undefined,
    /** What it was asked to connect to, such as `api.example.com:443`. */
    targets: [] as string[],
    [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const expected = proxy.credentials && `Basic ${Buffer.from(proxy.credentials).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    proxy.targets.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
  });
  return proxy;
}
