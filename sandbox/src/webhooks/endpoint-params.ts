import * as z from 'zod/mini';
import { matching, strictFields } from '../utils/schemas.ts';

/** A webhook to register. */
export interface EndpointParams {
  /** URL that receives the events; http or https. */
  url: string;
  /** Names of the events to send, or `*` for all. Default: `['*']`. */
  events?: readonly string[] | undefined;
  /** Signing secret: `whsec_` and 24 to 64 bytes in base64. Default: a random one. */
  secret?: string | undefined;
}

/** Changes to a webhook. */
export interface EndpointChanges {
  /** URL that receives the events; http or https. */
  url?: string | undefined;
  /** Names of the events to send, or `*` for all. */
  events?: readonly string[] | undefined;
  /** `false` holds deliveries back until you set it to `true`. */
  enabled?: boolean | undefined;
}

/** A URL without credentials. */
export const httpUrl = z
  .string('Must be a URL.')
  .check(z.refine(isHttpUrl, 'Must be a URL that starts with http:// or https://.'));
const eventNames = z
  .array(matching(/^(\*|[\w.-]{1,100})$/, 'Must be event names, or *.'), 'Must be a list of event names.')
  .check(z.minLength(1, 'Must name at least one event, or *.'));
const secret = matching(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'Must be whsec_ and 24 to 64 bytes in base64.');

/** Validates {@link EndpointParams}. */
export const endpointSchema = strictFields({
  url: httpUrl,
  events: z.optional(eventNames),
  secret: z.optional(secret),
});

/** Validates {@link EndpointChanges}. */
export const changesSchema = strictFields({
  url: z.optional(httpUrl),
  events: z.optional(eventNames),
  enabled: z.optional(z.boolean('Must be true or false.')),
});

/** Validates an event to send. */
export const eventSchema = strictFields({
  event: matching(/^[\w.-]{1,100}$/, 'Must be 1 to 100 letters, digits, dots, hyphens or underscores.'),
  data: z.unknown(),
});

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
