import { user } from './http-server.ts';
import { type Answer, errorResponse, inProcessApi, noAnswer, unknownHost } from './in-process-api.ts';

/** Rejects as Node.js's `fetch` does when a connection breaks. The code says that the request was sent. */
export const lost =
  (code: string, fields: object = {}): Answer =>
  () => {
    const cause = Object.assign(new Error(`read ${code}`), { code, syscall: 'read', ...fields });
    return Promise.reject(new TypeError('fetch failed', { cause }));
  };

/** The ways in which a request ends without a response. */
const failures = {
  'no answer': noAnswer,
  'no such host': unknownHost,
  'a reset': lost('ECONNRESET'),
  /** A browser's error, which never has a reason. */
  'no reason': () => Promise.reject(new TypeError('Failed to fetch')),
};

/** A status (with a user or the documented error), the reason why there is no response, or any other answer. */
export type Reply = number | keyof typeof failures | Answer;

function answerOf(reply: Reply): Answer {
  if (typeof reply === 'function') return reply;
  if (typeof reply === 'string') return failures[reply];
  return () => (reply < 400 ? Response.json(user, { status: reply }) : errorResponse(reply));
}

/** An API that replies in this order, and then repeats the last reply. */
export function replying(...replies: Reply[]) {
  const rest = replies.map(answerOf);
  return inProcessApi((request) => (rest.length > 1 ? rest.shift()! : rest[0]!)(request));
}
