import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { pack } from '../../build/pack.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

/** The parts of a CycloneDX SBOM that are read here. */
interface Sbom {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly 'bom-ref': string; readonly name: string; readonly properties: object }[];
}

const read = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/LICENSES.txt', 'dist/sbom.cdx.json', 'package.json'];

/** The files of each package, once it is packed. */
const filesOf = new Map<string, ReadonlySet<string>>();

describe.each([
  {
    name: '@example/sdk',
    folder: '.',
    built: /^dist\/.+\.(c?js(\.map)?|d\.c?ts)$|^src\/.+\.ts$|^docs\/[\w-]+\.md$/,
    others: ['AGENTS.md', ...read],
    imports: ['@opentelemetry/api'],
    installed: [],
  },
  {
    name: '@example/sandbox',
    folder: 'sandbox',
    built: /^dist\/.+\.(js|cjs|d\.ts|d\.cts)$/,
    others: [...read, 'docs/reference.md', 'openapi.json'],
    imports: ['@example/sdk/webhooks'],
    installed: ['@example/sdk'],
  },
])('$name ships', ({ name, folder, built, others, imports, installed }) => {
  it('built code with declarations, what a user reads, and a package.json that runs nothing on install', () => {
    const { path, files } = pack(join(root, folder), temporaryFolder());
    filesOf.set(name, new Set(files));
    expect(files.filter((file) => !built.test(file)).sort()).toEqual(others.toSorted());

    const args = ['--extract', '--to-stdout', '--file', path, 'package/package.json'];
    const shipped = JSON.parse(execFileSync('tar', args, { encoding: 'utf8' })) as object; // A package.json.
    const ours = ['private', 'scripts', 'workspaces', 'devDependencies', 'overrides'];
    for (const field of ours) expect(shipped).not.toHaveProperty(field);
  });

  it('code that only imports itself, Node, its dependencies and peer dependencies', async () => {
    const files = filesOf.get(name) ?? new Set();
    const scripts = [...files].filter((path) => /\.c?js$/.test(path));
    const { metafile } = await build({
      absWorkingDir: join(root, folder),
      entryPoints: Object.fromEntries(scripts.map((path, index) => [String(index), path])),
      ...{ outdir: 'unused', bundle: true, packages: 'external', platform: 'node', format: 'esm' },
      ...{ write: false, metafile: true, logLevel: 'silent', tsconfigRaw: {} }, // Ours leads to src.
    });
    const imported = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));

    expect(Object.keys(metafile.inputs).filter((path) => !files.has(path))).toEqual([]);
    const foreign = imported.filter((specifier) => !specifier.startsWith('node:') || !isBuiltin(specifier));
    expect([...new Set(foreign)]).toEqual(imports);
  });

  it('an SBOM that lists what is bundled, with its version', () => {
    const text = (path: string) => readFileSync(join(root, folder, 'dist', path), 'utf8');
    const { metadata, components } = JSON.parse(text('sbom.cdx.json')) as Sbom; // Our build writes it.
    const licensed = Array.from(text('LICENSES.txt').matchAll(/^## (\S+) (\S+)$/gm), ([, of, at]) => `${of}@${at}`);
    const isBundled = ({ properties }: { properties: object }) =>
      JSON.stringify(properties).includes('{"name":"cdx:npm:package:bundled","value":"true"}');
    const bundled = components.filter(isBundled);

    expect(metadata.component.name).toBe(name);
    expect(bundled.map((each) => each['bom-ref']).sort()).toEqual(licensed.sort());
    expect(components.filter((each) => !isBundled(each)).map((each) => each.name)).toEqual(installed);
  });
});

describe('what @example/sdk ships', () => {
  const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
  const shipped = (kind: RegExp) => [...(filesOf.get('@example/sdk') ?? [])].filter((path) => kind.test(path)).sort();

  it('includes every guide except benchmarks.md, and an AGENTS.md that links to each', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'benchmarks.md');
    expect(shipped(/^docs\//)).toEqual(guides.map((name) => `docs/${name}`).sort());
    expect(shipped(/^docs\//).filter((path) => !textOf('AGENTS.md').includes(`](${path})`))).toEqual([]);
  });

  // The build of the site checks their anchors.
  it('includes every file that its pages link to', () => {
    const linksOf = (path: string) =>
      Array.from(textOf(path).matchAll(/\]\((?!https:|#)([^)#\s]+)/g), ([, link = '']) => link);
    const links = shipped(/\.md$/).flatMap((path) => linksOf(path).map((link) => join(dirname(path), link)));
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((link) => !shipped(/./).includes(link))).toEqual([]);
  });
});
