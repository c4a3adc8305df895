import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';

/** Each section of the table in `docs/compatibility.md`, in the order in which it stands there. */
export const sections = ['Runtime', 'Test runner', 'Bundler', 'Compiler'] as const;

/** The columns of the table: how the SDK was loaded. */
export const moduleKinds = ['ES module', 'CommonJS'] as const;

/** One cell of the table: this was run with the packed tarball, and it works. */
export interface Compatible {
  readonly section: (typeof sections)[number];
  /** What ran it, such as `Node.js 22`: the same whatever its exact version. */
  readonly subject: string;
  /** The exact version, from `test/package/package-lock.json`. Left out where the machine decides on it. */
  readonly version?: string | undefined;
  readonly moduleKind: (typeof moduleKinds)[number];
}

/**
 * Notes for `docs/compatibility.md` that the test has shown something to work. Call it as the last thing in a test: a
 * test that fails before leaves no note.
 */
export function recordAsCompatible(cell: Compatible): void {
  appendFileSync(inject('compatibilityNotes'), `${JSON.stringify(cell)}\n`);
}
