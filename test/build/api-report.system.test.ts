import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { run } from '../support/child-process.ts';

const root = join(import.meta.dirname, '../..');
const error = { logLevel: ExtractorLogLevel.Error };
const none = { logLevel: ExtractorLogLevel.None };

/** Each entry point, its built files, and its recorded surface. */
const entries = [
  ...Object.keys(manifest.exports).map((path) => {
    const name = join(manifest.name, path);
    return [name, '.', join('dist', path, 'index'), `docs/api-report/${basename(name)}.api.md`] as const;
  }),
  ['@example/sandbox', 'sandbox', 'sandbox/dist/index', 'sandbox/api-report.md'] as const,
].filter(([name]) => !name.endsWith('package.json'));

const declared = Object.fromEntries(entries.map(([name, , built]) => [name, [join(root, `${built}.d.ts`)]]));

function configOf(directory: string, built: string, folder: string): ExtractorConfig {
  const projectFolder = join(root, directory);
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      mainEntryPointFilePath: join(root, `${built}.d.ts`),
      // The sandbox imports the SDK's types: from its declarations, as users do, not from src/.
      compiler: { overrideTsconfig: { extends: join(root, 'tsconfig.json'), compilerOptions: { paths: declared } } },
      apiReport: { enabled: true, reportFileName: 'surface', reportFolder: folder, reportTempFolder: folder },
      docModel: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: error },
        // Whatever is exported is public. TypeDoc checks comments and their links: it knows which are inherited.
        extractorMessageReporting: {
          default: error,
          ...{ 'ae-missing-release-tag': none, 'ae-undocumented': none, 'ae-unresolved-link': none },
        },
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
  });
}

let compilerState: CompilerState | undefined;

// `npm run docs:api-report` records intended changes.
it.each(entries)('the public surface of %s is the recorded one', async (_, directory, built, recorded) => {
  const folder = temporaryFolder();
  const config = configOf(directory, built, folder);
  // One compiler serves all of them.
  const additionalEntryPoints = entries.map(([, , each]) => join(root, `${each}.d.ts`));
  compilerState ??= CompilerState.create(config, { additionalEntryPoints });
  const problems: string[] = [];
  Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithoutLocation());
    },
  });
  const report = await readFile(join(folder, 'surface.api.md'), 'utf8');

  expect(problems).toEqual([]);
  await expect(report).toMatchFileSnapshot(join(root, recorded));
});

it('every public symbol is documented, and every link leads somewhere', { timeout: 300_000 }, async () => {
  // typedoc.json turns warnings into errors, so this rejects and shows them.
  const args = ['--emit', 'none', '--skipErrorChecking'];
  const { stderr } = await run('node_modules/.bin/typedoc', args, { cwd: root });

  expect(stderr).toBe('');
});
