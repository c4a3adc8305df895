import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen } from './free-port.ts';

/** A TCP server on a free port of the loopback interface, for what no HTTP server does. Closed when the test ends. */
export async function serveTcp(onRequest: (socket: Socket) => void): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => onRequest(socket));
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${port}/v1` };
}
