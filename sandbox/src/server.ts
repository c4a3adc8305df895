import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { BrokenConnection, halves } from './broken-connection.ts';
import { Failure } from './failure.ts';
import type { Listen } from './sandbox.ts';

/** Serves HTTP/1.1 with Node's own server. */
export const listen: Listen = async (answer, port, host) => {
  // A name that leads to this machine from outside is a trick to get at the dashboard (DNS rebinding).
  const isStranger = ({ url }: Request) => isLoopback(host) && !isOpen(new URL(url));
  const server = createServer((incoming, outgoing) => {
    const carry = (request: Request) =>
      (isStranger(request) ? misdirected() : answer(request)).catch((error: unknown) => {
        if (!(error instanceof BrokenConnection)) throw error;
        return breakOff(error, outgoing);
      });
    const listener = getRequestListener(carry, {
      // The application that embeds us keeps its own Request and Response.
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
};

/** Whether a URL may be asked for under any name: the API, which asks for a token; the rest only under this machine's own. */
function isOpen({ hostname, pathname }: URL): boolean {
  return pathname.startsWith('/v1/') || isLoopback(hostname);
}

function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}

function misdirected(): Promise<Response> {
  const { body, status } = new Failure(421, 'misdirected_request', 'Use the address that the local API listens on.');
  return Promise.resolve(Response.json(body, { status }));
}

async function breakOff({ answer }: BrokenConnection, outgoing: ServerResponse): Promise<Response> {
  if (answer === undefined) {
    outgoing.socket?.resetAndDestroy();
  } else {
    const { sent, total } = await halves(answer);
    outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': total });
    outgoing.write(sent, () => outgoing.destroy());
  }
  return RESPONSE_ALREADY_SENT;
}

const malformed = new Failure(400, 'invalid_request', 'The request is not valid HTTP: its host or path makes no URL.');
