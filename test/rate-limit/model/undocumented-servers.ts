// Limits of other APIs, as their documentation describes them. The documented one does not apply here.
import { announcement } from './announcement.ts';
import { FixedWindow, type FixedWindowOptions } from './fixed-window.ts';
import { accepted, endpointOf, refused, type Reply, type Server } from './server.ts';

/** So many requests in progress. */
export function concurrency(limit: number, retryAfter?: number): Server {
  let ends: number[] = [];
  const admits = (_: unknown, now: number) => {
    ends = ends.filter((end) => end > now);
    return ends.length < limit;
  };
  return {
    admits,
    receive(request, now, work) {
      if (!admits(request, now)) return refused(retryAfter);
      ends.push(now + work);
      return accepted;
    },
  };
}

export interface BucketOptions {
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once after a pause. */
  readonly burst: number;
  /** Whether a refusal says when there will be room, in whole seconds. */
  readonly retryAfter?: boolean;
}

/**
 * A bucket that leaks: nginx's `limit_req` with `nodelay`, Stripe's and Shopify's buckets. GCRA accepts the same
 * requests, and keeps a time instead of a level.
 */
export function bucket({ rate, burst, retryAfter = false }: BucketOptions): Server {
  let level = 0;
  let levelAt = 0;
  const admits = (_: unknown, now: number) => {
    level = Math.max(0, level - ((now - levelAt) / 1000) * rate);
    levelAt = now;
    return level + 1 <= burst + 1e-9;
  };
  return {
    admits,
    receive(request, now) {
      if (!admits(request, now)) {
        return refused(retryAfter ? Math.max(1, Math.ceil((level + 1 - burst) / rate)) : undefined);
      }
      level++;
      return accepted;
    },
  };
}

/** Fixed windows that no header announces. */
export function plainWindow(options: FixedWindowOptions & { readonly retryAfter?: boolean }): Server {
  const window = new FixedWindow(options);
  return {
    admits: (_, now) => window.left(now) > 0,
    receive(_, now) {
      if (window.take(now)) return accepted;
      return refused(options.retryAfter ? Math.ceil((window.end(now) - now) / 1000) : undefined);
    },
  };
}

/**
 * So many requests in any period of this length.
 *
 * @param epoch With it, the documented headers are sent, and `reset` is when the oldest request leaves the log.
 */
export function slidingLog(limit: number, duration: number, epoch?: number): Server {
  let taken: number[] = [];
  const admits = (_: unknown, now: number) => {
    taken = taken.filter((at) => at > now - duration);
    return taken.length < limit;
  };
  return {
    admits,
    receive(request, now) {
      const isAccepted = admits(request, now);
      if (isAccepted) taken.push(now);
      const end = (taken[0] ?? now) + duration;
      const headers = epoch === undefined ? {} : announcement(limit, limit - taken.length, epoch + end, 'up');
      return isAccepted ? { ...accepted, headers } : refused(undefined, headers);
    },
  };
}

/** Two fixed windows, the last one weighted by how much of it a sliding window would still cover (Cloudflare). */
export function slidingCounter(limit: number, duration: number, epoch: number): Server {
  let window = 0;
  let current = 0;
  let last = 0;
  const left = (now: number) => {
    const number = Math.floor(now / duration);
    if (number > window) {
      last = number === window + 1 ? current : 0;
      current = 0;
      window = number;
    }
    const covered = 1 - (now - window * duration) / duration;
    return Math.max(0, limit - current - last * covered);
  };
  return {
    admits: (_, now) => left(now) >= 1,
    receive(_, now) {
      const isAccepted = left(now) >= 1;
      if (isAccepted) current++;
      const headers = announcement(limit, Math.floor(left(now)), epoch + (window + 1) * duration, 'up');
      return isAccepted ? { ...accepted, headers } : refused(undefined, headers);
    },
  };
}

/** Each endpoint has a limit of its own. */
export function perEndpoint(create: (endpoint: string) => Server): Server {
  const servers = new Map<string, Server>();
  const serverOf = (endpoint: string) => {
    const server = servers.get(endpoint) ?? create(endpoint);
    servers.set(endpoint, server);
    return server;
  };
  return {
    admits: (request, now) => serverOf(endpointOf(request)).admits(request, now),
    receive: (request, now, work) => serverOf(endpointOf(request)).receive(request, now, work),
  };
}

/** All limits apply. The first one that refuses answers; otherwise, the headers of all are sent. */
export function allOf(...servers: Server[]): Server {
  return {
    admits: (request, now) => servers.every((server) => server.admits(request, now)),
    receive(request, now, work) {
      const refusing = servers.find((server) => !server.admits(request, now));
      if (refusing) return refusing.receive(request, now, work);
      const headers: Record<string, string> = {};
      for (const server of servers) Object.assign(headers, server.receive(request, now, work).headers);
      return { status: 200, headers };
    },
  };
}

/** What the server decides, answered in another way. */
export function answeredAs(server: Server, change: (reply: Reply, now: number) => Reply): Server {
  return {
    admits: (request, now) => server.admits(request, now),
    receive: (request, now, work) => change(server.receive(request, now, work), now),
  };
}

/** An outage: every request between two times is answered with 503 and `Retry-After` for the rest of it. */
export function outage(server: Server, from: number, until: number): Server {
  return failing(server, from, until, (now) => ({
    status: 503,
    headers: { 'retry-after': String(Math.ceil((until - now) / 1000)) },
  }));
}

/** Every request between two times is answered like this, and never reaches the server. */
export function failing(server: Server, from: number, until: number, reply: (now: number) => Reply): Server {
  const isOut = (now: number) => now >= from && now < until;
  return {
    admits: (request, now) => !isOut(now) && server.admits(request, now),
    receive: (request, now, work) => (isOut(now) ? reply(now) : server.receive(request, now, work)),
  };
}
