import { onTestFinished, vi } from 'vitest';

/** Digests are computed on another thread, for which virtual time does not wait: these are there at once. */
export function useImmediateDigest(): void {
  const digest = vi
    .spyOn(crypto.subtle, 'digest')
    .mockImplementation((_, data) =>
      Promise.resolve(new Uint8Array(data as Uint8Array<ArrayBuffer>).slice(0, 32).buffer),
    );
  onTestFinished(() => digest.mockRestore());
}
