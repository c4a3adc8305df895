import type { Faults } from '../faults/armed-faults.ts';
import type { Store } from '../storage/store.ts';
import type { Clock } from '../utils/clock.ts';
import type { Listeners } from '../utils/listeners.ts';
import type { SandboxWebhooks } from '../webhooks/webhooks.ts';
import type { RateWindows } from './rate-windows.ts';
import type { RequestLog } from './request-log.ts';
import type { TokenState } from './tokens.ts';

/** What the routes share. */
export interface Services {
  readonly store: Store;
  readonly tokens: TokenState;
  readonly windows: RateWindows;
  readonly faults: Faults;
  /** Delay before each response, in milliseconds. */
  readonly latency: number;
  readonly log: RequestLog;
  /** Is told of each change of the state. */
  readonly changes: Listeners;
  readonly clock: Clock;
  readonly webhooks: SandboxWebhooks;
  /** The token that is there from the start. */
  readonly apiToken: string;
  /** When the sandbox was created, in epoch milliseconds. */
  readonly startedAt: number;
  /** Restores the initial state. */
  readonly reset: () => void;
}
