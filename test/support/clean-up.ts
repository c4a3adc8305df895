import { afterEach, vi } from 'vitest';

// The files of the unit tests share a realm: no test leaves a clock, a spy or a stub to the next one.

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
