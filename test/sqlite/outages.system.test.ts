import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'vitest';
import { expectNoFailure, window } from '../sharing/support/outage.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const table = 'example_sdk_rate_limit';

/** Runs eight processes, and disturbs their file. */
async function expectNoFailureIn(disturb: (file: DatabaseSync) => Promise<void> | void): Promise<void> {
  const path = join(temporaryFolder(), 'rate-limit.db');
  await expectNoFailure(
    () => ({ kind: 'sqlite', path }),
    async () => {
      const file = new DatabaseSync(path, { timeout: 2000 });
      await disturb(file);
      file.close();
    },
  );
}

describe('eight processes whose file', { timeout: 240_000 }, () => {
  it.each([
    ['loses its rows', `DELETE FROM ${table}`],
    ['loses its table', `DROP TABLE ${table}`],
    ['is full', `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`],
  ])('%s: no call fails, and few are refused', async (_, statement) => {
    await expectNoFailureIn((file) => file.exec(statement));
  });

  it('is locked by another program for a window: no call fails, and few are refused', async () => {
    await expectNoFailureIn(async (file) => {
      file.exec('BEGIN EXCLUSIVE');
      await new Promise((resolve) => setTimeout(resolve, window));
      file.exec('ROLLBACK');
    });
  });
});
