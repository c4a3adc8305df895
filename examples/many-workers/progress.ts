/** The progress that a worker reports. */
export interface Progress {
  readonly name: string;
  done: number;
  readonly of: number;
  refused: number;
  waiting: number;
  /** Calls left in the window, shared by all workers. */
  remaining: number;
}

export function lineOf({ name, done, of, refused, waiting, remaining }: Progress): string {
  const bar = '█'.repeat(Math.round((30 * done) / of)).padEnd(30, '░');
  return `${name}  ${bar}  ${done} of ${of} done, ${waiting} waiting, ${refused} refused, ${remaining} left in the window`;
}
