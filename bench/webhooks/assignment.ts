import type { Shape } from './bodies.ts';

/** What is measured: verifying the signature, or also parsing the event. */
export type Task = 'signature' | 'event';

/** What one process measures. */
export interface Assignment {
  readonly contestant: string;
  readonly task: Task;
  readonly shape: Shape;
  readonly bytes: number;
}
