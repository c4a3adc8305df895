import { user } from './http-server.ts';
import { type Answer, errorResponse, inProcessApi, noAnswer, unknownHost } from './in-process-api.ts';

/** Rejects as `fetch` of Node.js does when a connection breaks. The code says that the request was sent. */
export const lost =
  (code: string, fields: object = {}): Answer =>
  () => {
    const cause = Object.assign(new Error(`read ${code}`), { code, syscall: 'read', ...fields });
    return Promise.reject(new TypeError('fetch failed', { cause }));
  };

/** How a request ends without a response. */
const failures = {
  'no answer': noAnswer,
  'no such host': unknownHost,
  'a reset': lost('ECONNRESET'),
  /** As in a browser, which never says why. */
  'no reason': () => Promise.reject(new TypeError('Failed to fetch')),
};

/** A status, with a user or the documented error; how there is no response; or any other answer. */
export type Reply = number | keyof typeof failures | Answer;

function answerOf(reply: Reply): Answer {
  if (typeof reply === 'function') return reply;
  if (typeof reply === 'string') return failures[reply];
  return () => (reply < 400 ? Response.json(user, { status: reply }) : errorResponse(reply));
}

/** An API that replies in this order, and then always with the last one. */
export function replying(...replies: Reply[]) {
  const rest = replies.map(answerOf);
  return inProcessApi((request) => (rest.length > 1 ? rest.shift()! : rest[0]!)(request));
}
