import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const error = { logLevel: ExtractorLogLevel.Error };
const none = { logLevel: ExtractorLogLevel.None };

/** The public surface of a built entry point as text, and what is wrong with it. */
async function describeSurface(project: string, declarations: string) {
  const temporary = temporaryFolder();
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: project,
      mainEntryPointFilePath: join(project, declarations),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: { enabled: true, reportFileName: 'surface', reportFolder: temporary, reportTempFolder: temporary },
      docModel: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: error },
        extractorMessageReporting: {
          default: error,
          // Whatever is exported is public.
          'ae-missing-release-tag': none,
          // Comments and their links are TypeDoc's to check: it knows which are inherited.
          'ae-undocumented': none,
          'ae-unresolved-link': none,
        },
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(project, 'package.json'),
  });
  const problems: string[] = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithoutLocation());
    },
  });
  return { report: await readFile(join(temporary, 'surface.api.md'), 'utf8'), problems };
}

// A change that is meant is recorded by `npm run docs:api-report`.
describe('the public surface is the recorded one, and exports every type that it uses', () => {
  test.each([
    ['@example/sdk', '.', 'index.d.ts', 'docs/api-report/sdk.api.md'],
    ['@example/sdk/webhooks', '.', 'webhooks/index.d.ts', 'docs/api-report/webhooks.api.md'],
    ['@example/sdk/redis', '.', 'redis/index.d.ts', 'docs/api-report/redis.api.md'],
    ['@example/sdk/sqlite', '.', 'sqlite/index.d.ts', 'docs/api-report/sqlite.api.md'],
    ['@example/sdk/otel', '.', 'otel/index.d.ts', 'docs/api-report/otel.api.md'],
    ['@example/sdk/rate-limit', '.', 'rate-limit/index.d.ts', 'docs/api-report/rate-limit.api.md'],
    ['@example/sandbox', 'sandbox', 'index.d.ts', 'sandbox/api-report.md'],
  ])('%s', { timeout: 60_000 }, async (_, directory, declarations, recorded) => {
    const { report, problems } = await describeSurface(join(root, directory), join('dist', declarations));

    expect(problems).toEqual([]);
    await expect(report).toMatchFileSnapshot(join(root, recorded));
  });
});
