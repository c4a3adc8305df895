import { environmentVariable, nodeCrypto } from '../utils/runtime.ts';
import { describeValue } from '../utils/arguments.ts';
import { bytesOf, joinChunks, textOf, type RawBody } from './body.ts';
import { headerReader, type HeaderReader, type WebhookHeaders } from './headers.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The secret of a webhook endpoint, or several while you rotate secrets. Each is base64 of at least 24 bytes, with or
 * without the prefix `whsec_`. If it is `undefined`, the environment variable `EXAMPLE_WEBHOOK_SECRET` is read when the
 * secret is used.
 */
export type WebhookSecret = string | readonly string[] | undefined;

/** A request that claims to be a webhook. Nothing in it is verified. */
export interface UnverifiedWebhook {
  /** The headers: `headers.get('x-tenant')`. Names are in any case. */
  readonly headers: HeaderReader;
  /** The body exactly as received, as text. */
  readonly body: string;
}

/**
 * A {@link WebhookSecret}, or a function that returns it, for example from a secret manager or by tenant. It is called
 * for each request, so it should cache what it fetches. If it returns `undefined`, the request is rejected.
 */
export type WebhookSecretSource =
  WebhookSecret | ((webhook: UnverifiedWebhook) => WebhookSecret | Promise<WebhookSecret>);

/** Enough for every endpoint of a service. A platform with more tenants imports some keys again. */
const maxCachedKeys = 1_000;
/** The minimum of the specification. It also catches a variable that holds `null` by mistake. */
const minBytes = 24;

/** The keys of the secrets. Throws `invalid_secret` if one can't be used. */
export const hmacKeys = /* @__PURE__ */ cachedKeys((secret) => importHmac(parseSecret(secret)));

export function cachedKeys<Key>(importKey: (secret: string) => Key): (secrets: readonly string[]) => Key[] {
  const cache = new Map<string, Key>();
  return (secrets) =>
    secrets.map((secret) => {
      const cached = cache.get(secret);
      if (cached !== undefined) return cached;
      const key = importKey(secret);
      if (cache.size >= maxCachedKeys) cache.clear();
      cache.set(secret, key);
      return key;
    });
}

/** Returns an endpoint's secrets for a request. Rejects with `unknown_secret` or `invalid_secret` if there are none. */
export async function readSecrets(
  source: WebhookSecretSource,
  headers: WebhookHeaders,
  body: RawBody,
): Promise<readonly string[]> {
  if (typeof source !== 'function') return listSecrets(source);
  const secret = await source({ headers: headerReader(headers), body: textOf(body) });
  // An unknown tenant must not be verified with the secret of the environment.
  if (secret !== undefined)
    return listSecrets(
      secret,
      'what the secret function returned',
      'Return undefined if you know no secret for the request.',
    );
  throw new WebhookVerificationError('unknown_secret', 'The secret function returned no secret for this request.');
}

/** Returns the given secrets, or else the environment's. Throws `invalid_secret` if there are none. */
export function listSecrets(
  secret: WebhookSecret = environmentVariable('EXAMPLE_WEBHOOK_SECRET'),
  name = 'secret',
  advice?: string,
): readonly string[] {
  if (secret === undefined) throw invalidSecret('there is none.');
  const isList = Array.isArray(secret) && secret.length > 0;
  const secrets = (isList ? secret : [secret]) as readonly string[]; // the items are checked below
  const index = secrets.findIndex((item) => typeof item !== 'string' || item === '');
  if (index < 0) return secrets;
  const place = isList ? `${name}[${index}]` : name;
  throw invalidSecret(
    `${place} must be a string that is not empty; got ${describeValue(secrets[index], true)}.`,
    advice,
  );
}

function parseSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeSecret(secret);
  if (bytes === undefined) throw invalidSecret('it is not base64, with or without the prefix whsec_.');
  if (bytes.length < minBytes) throw invalidSecret(`it has ${bytes.length} bytes, and needs at least ${minBytes}.`);
  return bytes;
}

/** Decodes base64, even without padding, with unused bits set or with line breaks; `undefined` if it is not base64. */
export function decodeSecret(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = secret.trim().replace(/^whsec_/, '');
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** @param reason Must not quote the secret. */
function invalidSecret(reason: string, given?: string): WebhookVerificationError {
  const advice = given ?? 'Pass `secret`, or set EXAMPLE_WEBHOOK_SECRET.';
  return new WebhookVerificationError('invalid_secret', `The webhook secret can't be used: ${reason} ${advice}`);
}

/** Returns the HMAC-SHA256 of prefix and body in base64, as a promise only if the runtime has just WebCrypto. */
export type Hmac = (prefix: string, body: RawBody) => string | Promise<string>;

/** Prefers Node's `crypto`. WebCrypto runs everywhere, but it is several times slower because it switches threads. */
export function importHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  try {
    const node = nodeCrypto();
    if (node === undefined) return webHmac(secret);
    const key = node.createSecretKey(secret);
    // On some platforms the module exists, but its functions throw. One call finds out.
    node.createHmac('sha256', key).digest();
    return (prefix, body) => node.createHmac('sha256', key).update(prefix).update(body).digest('base64');
  } catch {
    return webHmac(secret);
  }
}

function webHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  const key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (prefix, body) => {
    const content = joinChunks([bytesOf(prefix), bytesOf(body)]);
    const hash = await crypto.subtle.sign('HMAC', await key, content);
    return btoa(String.fromCharCode(...new Uint8Array(hash)));
  };
}
