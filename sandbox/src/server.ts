import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { BrokenConnection, type Listen } from './core.ts';
import { refusal } from './http/access.ts';

/** Serves HTTP/1.1 with Node's own server. */
export const listen: Listen = async (answer, { port, host, ...rules }) => {
  const respond = async (request: Request, { outgoing }: HttpBindings) => {
    const refused = refusal(request, rules);
    if (refused !== undefined) return refused.response;
    return answer(request).catch((error: unknown) => {
      if (!(error instanceof BrokenConnection)) throw error;
      return breakConnection(error, outgoing);
    });
  };
  const listener = getRequestListener((request, env) => respond(request, env as HttpBindings), {
    // The embedding application keeps its own Request and Response.
    overrideGlobalObjects: false,
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await once(server.listen(port, host), 'listening');

  // Only pipes have an address that is a string.
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/v1`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

function breakConnection({ partial }: BrokenConnection, outgoing: ServerResponse): Response {
  if (partial === undefined) {
    outgoing.socket?.resetAndDestroy();
  } else {
    outgoing.writeHead(partial.status, { ...Object.fromEntries(partial.headers), 'content-length': partial.total });
    outgoing.write(partial.sent, () => outgoing.destroy());
  }
  return RESPONSE_ALREADY_SENT;
}
