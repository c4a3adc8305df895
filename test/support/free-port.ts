import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHTTPServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Makes a server listen on the loopback interface (by default on a free port), and returns the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has a port.
  return (server.address() as AddressInfo).port;
}

/** Starts an HTTP server on the loopback interface (by default on a free port). */
export async function openServer(listener: RequestListener, port = 0) {
  // On a busy machine, a connection must not be closed when the next request arrives.
  const server = createHTTPServer({ keepAliveTimeout: 0 }, listener);
  const url = `http://127.0.0.1:${await listen(server, port)}`;
  /** Also closes the connections. */
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { server, url, close };
}

/**
 * A port of the loopback interface that nothing listens on. It is below the ports that systems assign, so it stays free
 * until a program listens on it, and while that program restarts.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const server = createServer().listen(port, '127.0.0.1');
  const isUncounted = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isUncounted) return freePort();
  server.close();
  await once(server, 'close');
  return port;
}
