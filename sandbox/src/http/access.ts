import type { MiddlewareHandler } from 'hono';
import * as z from 'zod/mini';
import { Failure } from './failure.ts';

/** Who may talk to a server besides programs and pages of this machine. */
export interface AccessRules {
  /** Names under which the server is reached, in lower case. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use it. */
  readonly cors: readonly string[];
}

/**
 * Why a request is refused; `undefined` if it is not. A browser visits anything, so neither its pages nor the names
 * that it resolves are trusted.
 */
export function refusal(request: Request, { allowedHosts, cors }: AccessRules): Failure | undefined {
  const { hostname, origin: own } = new URL(request.url);
  // DNS rebinding: the site of a page may have a name that resolves to this machine. No address is such a name.
  if (!isAddress(hostname) && !isLocalName(hostname) && !allowedHosts.includes(hostname)) {
    const message = `The sandbox is not served as ${hostname}. Use an IP address or localhost, or start it with --allowed-host ${hostname}.`;
    return new Failure(421, 'misdirected_request', message);
  }
  const { headers } = request;
  const origin = headers.get('Origin');
  if (origin === null) {
    // Images, scripts and frames of pages have no origin. A link to the dashboard works.
    const foreign = headers.get('Sec-Fetch-Site') === 'cross-site' && headers.get('Sec-Fetch-Dest') !== 'document';
    return foreign ? new Failure(403, 'forbidden', 'The request comes from a page of another site.') : undefined;
  }
  if (origin === own || isLoopback(origin) || cors.includes(origin)) return undefined;
  return new Failure(403, 'forbidden', `Pages of ${origin} may not use the sandbox. Start it with --cors ${origin}.`);
}

/**
 * Keeps pages of other sites from changing the state. Browsers send the origin of a request; other clients send none
 * and are trusted.
 */
export const sameOriginOnly: MiddlewareHandler = async ({ req }, next) => {
  const site = req.header('Sec-Fetch-Site') ?? 'none';
  const own = new URL(req.url).origin;
  const isForeign = !['same-origin', 'none'].includes(site) || (req.header('Origin') ?? own) !== own;
  if (isForeign && req.method !== 'GET' && req.method !== 'HEAD') {
    throw new Failure(403, 'forbidden', 'The request comes from a page of another site.');
  }
  await next();
};

/** Where a webhook gets its URL: in the control API, and on the pages of the dashboard. */
const registration = /^\/(__sandbox|dashboard)\/webhooks(\/[^/]+)?\/?$/;

/**
 * Why a request that registers a webhook, or changes one, is refused by a sandbox that other machines can reach: its
 * deliveries, and the responses to them, would let anyone look around in the sandbox's network.
 */
export function registrationRefusal({ method, url, headers }: Request, token: string): Failure | undefined {
  if (!['POST', 'PUT', 'PATCH'].includes(method) || !registration.test(decodedPath(url))) return undefined;
  if (headers.get('Authorization') === `Bearer ${token}`) return undefined;
  const message =
    'Other machines can reach this sandbox, so registering a webhook needs its API token: send Authorization: Bearer <token> to the control API, or start the sandbox with --webhook.';
  return new Failure(401, 'unauthorized', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}

/** As routes see it. */
function decodedPath(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** Whether only this machine can reach an address to listen on. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/.test(host);
}

/** The URL parser leaves no other form of an IP address, and no other host name that ends in a digit. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}

/** Browsers resolve these names to this machine, whatever the DNS says. */
function isLocalName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

function isLoopback(origin: string): boolean {
  // A sandboxed frame and a file have the origin `null`, which is no URL.
  if (!URL.canParse(origin)) return false;
  const { hostname, protocol } = new URL(origin);
  const isLocal = isLocalName(hostname) || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
  return isLocal && (protocol === 'http:' || protocol === 'https:');
}

/** A host name as the `Host` header has it, without its port. */
export const hostName = checked(
  'Must be a host name in lower case, without a port, such as sandbox.',
  (name) => URL.canParse(`http://${name}`) && new URL(`http://${name}`).hostname === name,
);

/** An origin as browsers send it. */
export const origin = checked(
  'Must be an origin, such as https://app.example.com.',
  (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text,
);

function checked(message: string, isValid: (text: string) => boolean) {
  return z.string(message).check(z.refine(isValid, message));
}
