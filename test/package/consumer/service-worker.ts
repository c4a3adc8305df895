// The suite in a service worker: its input is a message, what it saw is the answer.
import { runSuite, type SuiteInput } from './suite.ts';

interface Message {
  readonly data: SuiteInput;
  readonly source: { postMessage(answer: unknown): void };
  waitUntil(work: Promise<unknown>): void;
}

addEventListener('message', (event) => {
  // The DOM's types know no service worker.
  const { data, source, waitUntil } = event as unknown as Message;
  const answer = (suite: unknown) => source.postMessage(suite);
  waitUntil.call(
    event,
    runSuite(data).then(answer, (error: unknown) => answer(String(error))),
  );
});
