import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Idempotency } from './idempotency.ts';
import type { RateWindows } from './rate-windows.ts';
import type { RequestLog } from './request-log.ts';
import type { Store } from './store.ts';
import type { Tokens } from './tokens.ts';
import type { SandboxWebhooks } from './webhooks/webhooks.ts';

/** What the routes stand on. */
export interface Services {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly windows: RateWindows;
  readonly idempotency: Idempotency;
  readonly faults: Faults;
  /** Milliseconds that every answer is held back. */
  readonly latency: number;
  readonly log: RequestLog;
  readonly clock: Clock;
  readonly webhooks: SandboxWebhooks;
  /** Back to how everything began. */
  readonly reset: () => Promise<void>;
}
