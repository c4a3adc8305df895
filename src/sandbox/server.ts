import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Failure } from './failure.ts';
import type { SandboxServer } from './sandbox.ts';

/** Serves `answer` as HTTP/1.1. */
export async function serve(
  answer: (request: Request) => Promise<Response>,
  port: number,
  host: string,
): Promise<SandboxServer> {
  const listener = getRequestListener((request) => answer(request), {
    // The application that embeds us keeps its own Request and Response.
    overrideGlobalObjects: false,
    errorHandler: () => Response.json(malformed.body, { status: malformed.status }),
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

  // A TCP server's address is never a pipe's name.
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${name}:${address.port}/v1`,
    port: address.port,
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

const malformed = new Failure(400, 'invalid_request', 'The request is not valid HTTP: its host or path makes no URL.');
