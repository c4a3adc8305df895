import { announcement } from './announcement.ts';
import type { Random } from '../../support/random.ts';
import { accepted, refused, type Reply, type Server, type ServerRequest } from './server.ts';

export interface ReplicaOptions {
  /** Milliseconds after which a replica knows what the others have accepted. */
  readonly lag: number;
  /** Whether each replica accepts what is left in its own view. Otherwise, only what it announces lags behind. */
  readonly enforcesOwnView: boolean;
  /** For how long the first window has lasted when the world begins. */
  readonly begun: number;
}

const replicas = 3;
const limit = 100;
const duration = 60_000;

/** Three replicas of the documented server behind a load balancer. Each knows its own requests first. */
export class ReplicatedServer implements Server {
  readonly #epoch: number;
  readonly #options: ReplicaOptions;
  readonly #random: Random;
  #windowEnd = 0;
  #arrived = 0;
  #taken: { readonly at: number; readonly replica: number }[] = [];
  mostInWindow = 0;

  constructor(epoch: number, options: ReplicaOptions, random: Random) {
    this.#epoch = epoch;
    this.#options = options;
    this.#random = random;
  }

  /** The whole API is meant to accept no more than the limit, even if its replicas do. */
  admits(_request: ServerRequest, now: number): boolean {
    this.#turn(now);
    return this.#taken.length < limit;
  }

  receive(_request: ServerRequest, now: number): Reply {
    this.#turn(now);
    this.mostInWindow = Math.max(this.mostInWindow, ++this.#arrived);
    const replica = Math.floor(this.#random() * replicas);
    const left = this.#options.enforcesOwnView ? this.#leftInView(replica, now) : limit - this.#taken.length;
    if (left > 0) this.#taken.push({ at: now, replica });
    const headers = announcement(limit, this.#leftInView(replica, now), this.#epoch + this.#windowEnd);
    return left > 0 ? { ...accepted, headers } : refused(undefined, headers);
  }

  #turn(now: number): void {
    if (now < this.#windowEnd) return;
    const elapsed = now + this.#options.begun;
    this.#windowEnd = (Math.floor(elapsed / duration) + 1) * duration - this.#options.begun;
    this.#taken = [];
    this.#arrived = 0;
  }

  #leftInView(viewer: number, now: number): number {
    const seen = this.#taken.filter(({ at, replica }) => replica === viewer || at <= now - this.#options.lag);
    return Math.max(0, limit - seen.length);
  }
}
