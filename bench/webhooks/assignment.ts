import type { Shape } from './bodies.ts';

/** How much of the work: to check the signature, or to give the event as well. */
export type Task = 'signature' | 'event';

/** What one process measures. */
export interface Assignment {
  readonly contestant: string;
  readonly task: Task;
  readonly shape: Shape;
  readonly bytes: number;
}
