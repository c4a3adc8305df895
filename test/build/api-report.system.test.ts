import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const reports = join(root, 'docs/api-report');
const error = { logLevel: ExtractorLogLevel.Error };
const none = { logLevel: ExtractorLogLevel.None };

/** The public surface of a built entry point as text, and what is wrong with it. */
async function describeSurface(name: string, declarations: string) {
  const temporary = await mkdtemp(join(tmpdir(), 'api-report-'));
  onTestFinished(() => rm(temporary, { recursive: true }));
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, 'dist', declarations),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: { enabled: true, reportFileName: name, reportFolder: temporary, reportTempFolder: temporary },
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
    packageJsonFullPath: join(root, 'package.json'),
  });
  const problems: string[] = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithoutLocation());
    },
  });
  return { report: await readFile(join(temporary, `${name}.api.md`), 'utf8'), problems };
}

// A change that is meant is recorded by `npm run docs:api-report`.
describe('the public surface is the one that docs/api-report has, and exports every type that it uses', () => {
  test.each([
    ['@example/sdk', 'sdk', 'index.d.ts'],
    ['@example/sdk/webhooks', 'webhooks', 'webhooks/index.d.ts'],
    ['@example/sdk/redis', 'redis', 'redis/index.d.ts'],
    ['@example/sdk/sandbox', 'sandbox', 'sandbox/index.d.ts'],
  ])('%s', { timeout: 60_000 }, async (_, name, declarations) => {
    const { report, problems } = await describeSurface(name, declarations);

    expect(problems).toEqual([]);
    await expect(report).toMatchFileSnapshot(join(reports, `${name}.api.md`));
  });
});
