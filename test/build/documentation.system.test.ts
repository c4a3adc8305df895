import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test(
  'every public symbol is documented, and every link in the documentation leads somewhere',
  { timeout: 120_000 },
  async () => {
    // In typedoc.json warnings are errors: with one, this rejects and shows it.
    const { stderr } = await run('node_modules/.bin/typedoc', ['--emit', 'none', '--skipErrorChecking']);

    expect(stderr).toBe('');
  },
);
