/**
 * A clock that all processes of the machine share, and that no change of the wall clock moves. It starts anew when the
 * machine does.
 */
export interface MachineClock {
  /** Whole milliseconds since the machine started. */
  now(): number;
  /** How far `now()` may be behind, in milliseconds. */
  readonly resolution: number;
}

/** In Bun and Deno, `hrtime` starts with the process, and other processes can't read it. */
export function machineClock(): MachineClock {
  const startsWithProcess = process.versions['bun'] !== undefined || process.versions['deno'] !== undefined;
  if (!startsWithProcess) return { now: () => Number(process.hrtime.bigint() / 1_000_000n), resolution: 1 };
  const { uptime } = process.getBuiltinModule('node:os');
  return { now: () => Math.floor(uptime() * 1_000), resolution: 1_000 }; // Deno counts whole seconds
}
