import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { listen } from '../../../test/support/free-port.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * A webhook endpoint under test, over real HTTP, which ends with the test. `answers` gives the statuses in turn; the last one
 * stays.
 */
export async function receiver(answers: readonly (number | Answer)[] = [204], port = 0) {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const answer = answers[Math.min(received.length, answers.length - 1)] ?? 204;
      received.push({ headers: request.headers, body });
      const { status, headers, body: text } = typeof answer === 'number' ? ({ status: answer } as Answer) : answer;
      response.writeHead(status, headers).end(text);
    });
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { url: `http://127.0.0.1:${await listen(server, port)}/webhooks`, received, close };
}
