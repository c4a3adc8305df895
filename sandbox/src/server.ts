import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { BrokenConnection, type Listen } from './core.ts';
import { Failure } from './http/failure.ts';

/** Serves HTTP/1.1 with Node's own server. */
export const listen: Listen = async (answer, port, host) => {
  // DNS rebinding: a foreign host name that resolves to this machine would give a web page access to the dashboard.
  const isMisdirected = ({ url }: Request) => isLoopback(host) && !allowsAnyHost(new URL(url));
  const server = createServer((incoming, outgoing) => {
    const respond = (request: Request) =>
      (isMisdirected(request) ? misdirected() : answer(request)).catch((error: unknown) => {
        if (!(error instanceof BrokenConnection)) throw error;
        return breakConnection(error, outgoing);
      });
    const listener = getRequestListener(respond, {
      // The embedding application keeps its own Request and Response.
      overrideGlobalObjects: false,
      errorHandler: () => Response.json(malformed.body, { status: malformed.status }),
    });
    void listener(incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

  // Only pipes have an address that is a string.
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
};

/** Whether a URL is served under any host name. The API is, because it needs a token; the dashboard is not. */
function allowsAnyHost({ hostname, pathname }: URL): boolean {
  return pathname.startsWith('/v1/') || isLoopback(hostname);
}

function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}

function misdirected(): Promise<Response> {
  const { body, status } = new Failure(421, 'misdirected_request', 'Use the address that the sandbox listens on.');
  return Promise.resolve(Response.json(body, { status }));
}

function breakConnection({ partial }: BrokenConnection, outgoing: ServerResponse): Response {
  if (partial === undefined) {
    outgoing.socket?.resetAndDestroy();
  } else {
    outgoing.writeHead(partial.status, { ...Object.fromEntries(partial.headers), 'content-length': partial.total });
    outgoing.write(partial.sent, () => outgoing.destroy());
  }
  return RESPONSE_ALREADY_SENT;
}

const malformed = new Failure(
  400,
  'invalid_request',
  'The request is not valid HTTP: its host and path do not form a URL.',
);
