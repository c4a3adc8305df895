import type { Shape } from './bodies.ts';

/** What one process measures. */
export interface Assignment {
  readonly contestant: string;
  readonly shape: Shape;
  readonly bytes: number;
}
