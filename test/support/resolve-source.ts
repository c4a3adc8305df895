// Loaded with --import into a process that a test starts: `@example/sdk/…` is then the source, not the last build.
import { registerHooks } from 'node:module';

const source = new URL('../../src/', import.meta.url);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const entry = /^@example\/sdk(?:\/(.+))?$/.exec(specifier);
    if (!entry) return nextResolve(specifier, context);
    const folder = entry[1] === 'rate-limit' ? 'sharing' : entry[1];
    return nextResolve(new URL(`${folder ? `${folder}/` : ''}index.ts`, source).href, context);
  },
});
