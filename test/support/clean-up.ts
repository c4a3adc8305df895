import { afterEach, vi } from 'vitest';

// The unit tests' files share a realm: no test may leave a clock, a spy or a stub behind.

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
