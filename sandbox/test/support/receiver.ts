import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { openServer } from '../../../test/support/free-port.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * A webhook endpoint under test, over real HTTP, which closes after the test. `answers` are its statuses in turn; the
 * last one repeats.
 */
export async function receiver(answers: readonly (number | Answer)[] = [204], port = 0) {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const { url, close } = await openServer((request, response) => {
    void text(request).then((body) => {
      const answer = answers[Math.min(received.length, answers.length - 1)] ?? 204;
      received.push({ headers: request.headers, body });
      const { status, headers, body: sent }: Answer = typeof answer === 'number' ? { status: answer } : answer;
      response.writeHead(status, headers).end(sent);
    });
  }, port);
  onTestFinished(close);
  return { url: `${url}/webhooks`, received, close };
}
