import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { documentCompatible } from './compatibility.ts';
import { packAndInstall, type Packed } from './packed.ts';
import { installTools } from './tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The SDK, installed alone. */
    packed: Packed;
    /** The sandbox, installed together with the SDK. */
    packedSandbox: Packed;
    /** The file of `recordAsCompatible`. */
    compatibilityNotes: string;
  }
}

/** Before all tests: the tools and the packages. After all of them: the table of `docs/compatibility.md`. */
export default function setup(project: TestProject): () => Promise<void> {
  installTools();
  // By its real path, since tools resolve links, and a temporary directory may be one.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'example-sdk-')));
  const notes = join(directory, 'compatibility.jsonl');
  const { sdk, sandbox } = packAndInstall(directory);
  project.provide('packed', sdk);
  project.provide('packedSandbox', sandbox);
  project.provide('compatibilityNotes', notes);

  return async () => {
    await documentCompatible(notes).finally(() => rmSync(directory, { recursive: true, force: true }));
  };
}
