import type { Sample } from './concurrency-limit.ts';
import { LearnedLimits } from './learned-limits.ts';
import type { Route } from './route.ts';

/** Refusals in a row, while other resources are admitted, that are still bad luck. */
const mostUnlucky = 2;

/** Refusals in a row after which waiting is not believed to help. */
const mostFailures = 8;

/** A request that was answered, and what it was about. */
export interface AnsweredRequest {
  readonly route: Route;
  readonly path: string;
  readonly ofRoute: Sample;
  readonly ofToken: Sample;
}

/**
 * Decides what a refusal is about that the announced budget doesn't explain: the resource, its route, or the token. It
 * takes the narrowest of them unless there is evidence for a wider one.
 */
export class Refusals {
  /** The limits of the token that no header reports. */
  readonly limits = new LearnedLimits();
  /** The first route that was refused since the API admitted anything. */
  #suspect: Route | undefined;

  admitted({ route, path, ofRoute, ofToken }: AnsweredRequest): void {
    this.#suspect = undefined;
    this.limits.admitted(ofToken);
    route.limits.admitted(ofRoute);
    route.noteAdmitted(path);
  }

  /**
   * Learns from a refusal. Returns whether waiting may help.
   *
   * @param wait Milliseconds that the API asks to wait, if it does.
   * @param silence Milliseconds to wait if the API says nothing at all.
   */
  refused(
    { route, path, ofRoute, ofToken }: AnsweredRequest,
    now: number,
    wait: number | undefined,
    silence: number | undefined,
  ): boolean {
    // Two resources, or two routes, that are refused in a row have a limit in common.
    const isRoute = route.suspect !== undefined && route.suspect !== path;
    const isToken = this.#suspect !== undefined && this.#suspect !== route;
    // So has a resource that was admitted before, or one that is refused while a limit is known.
    const isLearned = this.limits.isLearned || route.limits.isLearned;
    const isCommon = isRoute || isToken || isLearned || route.wasAdmitted(path);
    const isUnlucky = route.noteRefused(path) <= mostUnlucky;
    const isShared = isCommon && isUnlucky;
    this.#suspect ??= route;

    if (!isShared || wait !== undefined) route.hold(path).refused(ofRoute.sentAt, now, wait ?? silence);
    if (!isShared) {
      this.limits.doubt(now);
      route.limits.doubt(now);
      return route.hold(path).failures <= mostFailures;
    }
    const isTokenWide = isToken || this.limits.isLearned;
    const limits = isTokenWide ? this.limits : route.limits;
    limits.refused(isTokenWide ? ofToken : ofRoute, now);
    if (wait !== undefined && limits.rate.failures > 1) limits.block(now + wait);
    return limits.rate.failures <= mostFailures;
  }
}
