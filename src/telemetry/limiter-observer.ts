import type { LimiterObserver } from '../rate-limit/observers.ts';
import { messageOf } from '../utils/user-code.ts';
import type { ClientEventEmitter } from './events.ts';
import type { LeveledLogger } from './logger.ts';

/** Emits and logs what happens to a token's rate limit, as opposed to a single call. */
export function limiterObserver(events: ClientEventEmitter, logger: LeveledLogger): LimiterObserver {
  return {
    onStoreChange({ available, error }) {
      const reason = available ? undefined : messageOf(error);
      const event = { available, reason };
      events.emit('rateLimitStore', event);
      const problem = `The rate-limit store is unavailable (${reason}). This process paces its calls on its own.`;
      if (available) logger.info?.('The rate limit is shared with other processes again.', event);
      else logger.warn?.(problem, event);
    },
    onHold: (target = 'All calls of the token') =>
      logger.info?.(`${target}: held, because the API refuses requests that its limit allows.`, { target }),
    onStall(stall) {
      const { seconds, waiting, outcome } = stall;
      const reason = outcome === undefined ? '' : ` Last outcome: ${outcome}.`;
      const problem = `Calls wait longer than expected, by now for ${seconds} s.`;
      logger.warn?.(`${problem}${reason} Calls waiting: ${waiting}.`, stall);
    },
  };
}
