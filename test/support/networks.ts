import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { listen } from './free-port.ts';

/** The local API where it can't be reached without help: behind a certificate that nobody knows, and in a socket. */
export interface HiddenApi extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** The port of 127.0.0.1 where it speaks TLS, as `localhost` and as `api.example.com`. */
  readonly port: number;
  /** The file with the certificate of the authority that signed its own. */
  readonly authority: string;
  readonly socketPath: string;
}

export async function startHiddenApi(): Promise<HiddenApi> {
  const directory = await mkdtemp(join(tmpdir(), 'hidden-api-'));
  const file = (name: string) => join(directory, name);
  await makeCertificates(directory);
  const sandbox = createSandbox();
  const answer = getRequestListener((request) => sandbox.fetch(request));
  const listener = (...exchange: Parameters<typeof answer>) => void answer(...exchange);
  const tls = createTlsServer(
    { key: await readFile(file('key.pem')), cert: await readFile(file('certificate.pem')) },
    listener,
  );
  const socket = createServer(listener);
  const port = await listen(tls);
  socket.listen(file('api.sock'));
  await once(socket, 'listening');
  return {
    sandbox,
    port,
    authority: file('ca.pem'),
    socketPath: file('api.sock'),
    async [Symbol.asyncDispose]() {
      for (const server of [tls, socket]) {
        server.close();
        server.closeAllConnections();
      }
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Writes the certificate of an authority, one that it has signed, and their keys. */
async function makeCertificates(directory: string): Promise<void> {
  const openssl = async (...options: string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    await promisify(execFile)('openssl', ['req', '-x509', ...key, ...options], { cwd: directory });
  };
  await openssl('-subj', '/CN=Company CA', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
  await openssl(
    ...['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-subj', '/CN=localhost', '-keyout', 'key.pem'],
    ...['-addext', 'subjectAltName=DNS:localhost,DNS:api.example.com', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-out', 'certificate.pem'],
  );
}

/** A proxy that leads everywhere to the same port of this machine. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** The `user:password` that it asks for, if it does. */
  credentials: string | undefined;
  /** What it was asked to connect to, such as `api.example.com:443`. */
  readonly targets: string[];
}

export async function startProxy(port: number): Promise<Proxy> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const expected = proxy.credentials && `Basic ${Buffer.from(proxy.credentials).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    targets.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  const proxy: Proxy = {
    url: `http://127.0.0.1:${await listen(server)}`,
    credentials: undefined,
    targets,
    [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
  return proxy;
}
