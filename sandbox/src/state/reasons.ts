import * as z from 'zod/mini';
import { resources } from '../resources/index.ts';
import { parseJson } from '../utils/json.ts';
import { errorBodySchema } from '../utils/schemas.ts';
import type { Attempt, DeliveryRecord } from '../storage/record-types.ts';
import { effectOf } from '../faults/fault.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { isReplayed } from './request-filter.ts';

/** Characters of a response that explain it. */
const maxReason = 200;

/** The API's own error, such as `email: must be an email address`; empty if it has none, or if a fault is the error. */
export function problemsOf({ fault, status = 0, response }: RecordedRequest): readonly string[] {
  if (status < 400 || fault?.status !== undefined) return [];
  const error = errorBodySchema.safeParse(response?.body).data?.error;
  if (error === undefined) return [];
  const details = Object.entries(error.details).map(([field, problem]) => `${field}: ${clause(problem)}`);
  return details.length > 0 ? details : [clause(error.message)];
}

/**
 * Why a request ended as it did: its {@link problemsOf}, then what else happened; empty if nothing is to be said.
 *
 * @param between What separates two problems.
 */
export function reasonOf(request: RecordedRequest, between = ', '): string {
  const { state, fault } = request;
  const reasons = [
    problemsOf(request).join(between),
    ...(fault === undefined
      ? []
      : [`injected ${clause(effectOf(fault))} (${fault.id === 'header' ? 'Sandbox-Fault' : fault.id})`]),
    ...(state === 'aborted' ? ['the client disconnected'] : []),
    ...(isReplayed(request) ? ['replayed'] : []),
  ];
  return reasons.filter(Boolean).join(', ');
}

/** Whether a fault made a request fail, or its response useless, whatever its status says. */
export function isOnPurpose(request: RecordedRequest): boolean {
  const { state, status = 0, fault } = request;
  if (fault === undefined || problemsOf(request).length > 0) return false;
  return state !== 'completed' || status >= 400 || fault.body !== undefined;
}

/** A sentence as a part of another one. */
function clause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  ECONNRESET: 'your server closed the connection without a response',
};

const messageSchema = z.object({ message: z.string() });
const bodySchema = z.union([z.object({ error: z.union([messageSchema, z.string()]) }), messageSchema]);

/** What an attempt's response says: its message, or its first line; why there was none; empty if it is empty. */
export function answerOf({ error, responseBody = '' }: Pick<Attempt, 'error' | 'responseBody'>): string {
  if (error !== undefined) return meanings[error] ?? error;
  const body = bodySchema.safeParse(parseJson(responseBody)).data;
  const found = body === undefined ? undefined : 'error' in body ? body.error : body;
  const page = /<title>([^<]+)/i.exec(responseBody)?.map((title) => `HTML page “${title}”`)[1];
  const text =
    typeof found === 'object' ? found.message : (found ?? page ?? responseBody.trim().split('\n', 1)[0] ?? '');
  return text.length > maxReason ? `${text.slice(0, maxReason)}…` : text;
}

const subjectSchema = z.object({
  data: z.object({ id: z.optional(z.string()), name: z.optional(z.string()), email: z.optional(z.string()) }),
});

/** The user or project that an event is about: its name, or its address, or its id; empty if it has none. */
export function subjectOf({ event, body }: Pick<DeliveryRecord, 'event' | 'body'>): string {
  const { name, email, id = '' } = subjectSchema.safeParse(parseJson(body)).data?.data ?? {};
  // A test event may have another resource's example.
  const isOther = resources.some(({ singular, prefix }) => id.startsWith(`${prefix}_`) && !event.startsWith(singular));
  return isOther ? '' : (name ?? email ?? id);
}
