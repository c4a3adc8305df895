import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { pack } from '../../build/pack.ts';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

/** What is published of a package. */
function shippedOf(folder: string) {
  const directory = mkdtempSync(join(tmpdir(), 'contents-'));
  try {
    const { path, files, unpackedSize } = pack(join(root, folder), directory);
    const args = ['--extract', '--to-stdout', '--file', path, 'package/package.json'];
    const shipped = z.looseObject({}).parse(JSON.parse(execFileSync('tar', args, { encoding: 'utf8' })));
    return { unpackedSize, files: new Set(files), manifest: shipped };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const sbomSchema = z.object({
  metadata: z.object({ component: z.object({ name: z.string() }) }),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      purl: z.string(),
      licenses: z.array(z.unknown()),
      properties: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

const read = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/LICENSES.txt', 'dist/sbom.cdx.json', 'package.json'];

/** What a package says of itself: what it is, what it needs, where it begins, and how it was published. */
const userFields = new Set([
  ...['name', 'version', 'description', 'keywords', 'license', 'author', 'homepage', 'repository', 'bugs'],
  ...['engines', 'dependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['type', 'sideEffects', 'main', 'module', 'types', 'typesVersions', 'exports', 'bin'],
  ...['files', 'publishConfig'],
]);

const sdk = shippedOf('.');

describe.each([
  {
    name: '@example/sdk',
    folder: '.',
    shipped: sdk,
    built: /^dist\/.+\.(c?js(\.map)?|d\.c?ts)$|^src\/.+\.ts$|^docs\/[\w-]+\.md$/,
    others: ['AGENTS.md', ...read],
    imports: ['@opentelemetry/api'],
    installed: [],
    // docs/internals/project.md says what it is made of.
    size: 1_710_000,
  },
  {
    name: '@example/sandbox',
    folder: 'sandbox',
    shipped: shippedOf('sandbox'),
    built: /^dist\/.+\.(js|cjs|d\.ts|d\.cts)$/,
    others: [...read, 'openapi.json'],
    imports: ['@example/sdk/webhooks'],
    installed: ['@example/sdk'],
    // It is not minified: a page of it is not what someone wants to read before an error.
    size: 1_500_000,
  },
])('$name ships', ({ name, folder, shipped: { files, ...shipped }, built, others, imports, installed, size }) => {
  test('built code with its declarations, and what a user reads, in a limited number of bytes', () => {
    expect([...files].filter((path) => !built.test(path)).sort()).toEqual(others.toSorted());
    expect(shipped.unpackedSize).toBeLessThanOrEqual(size);
  });

  test('code that imports nothing but what it ships, Node, and what is installed with it or by its user', async () => {
    const scripts = [...files].filter((path) => /\.c?js$/.test(path));
    const { metafile } = await build({
      absWorkingDir: join(root, folder),
      entryPoints: Object.fromEntries(scripts.map((path, index) => [String(index), path])),
      outdir: 'unused',
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
      tsconfigRaw: {}, // The repository's own leads to src.
    });
    const imported = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));

    expect(Object.keys(metafile.inputs).filter((path) => !files.has(path))).toEqual([]);
    const foreign = imported.filter((specifier) => !specifier.startsWith('node:') || !isBuiltin(specifier));
    expect([...new Set(foreign)]).toEqual(imports);
  });

  test('a package.json with what a user needs, which runs nothing while it is installed', () => {
    expect(Object.keys(shipped.manifest).filter((field) => !userFields.has(field))).toEqual([]);
    expect(shipped.manifest).toMatchObject({ license: 'MIT', publishConfig: { access: 'public' } });
  });

  test('an SBOM that lists what is bundled, with its version and licence', () => {
    const text = (path: string) => readFileSync(join(root, folder, 'dist', path), 'utf8');
    const { metadata, components } = sbomSchema.parse(JSON.parse(text('sbom.cdx.json')));
    const licensed = Array.from(text('LICENSES.txt').matchAll(/^## (\S+) (\S+)$/gm), ([, of, at]) => `${of}@${at}`);
    const bundled = components.filter(({ properties }) =>
      properties.some((property) => property.name === 'cdx:npm:package:bundled' && property.value === 'true'),
    );

    expect(metadata.component.name).toBe(name);
    expect(bundled.map((each) => each['bom-ref']).sort()).toEqual(licensed.sort());
    expect(bundled.filter(({ purl, licenses }) => !/^pkg:npm\/.+@\d/.test(purl) || licenses.length === 0)).toEqual([]);
    expect(components.filter((each) => !bundled.includes(each)).map((each) => each.name)).toEqual(installed);
  });
});

describe('what @example/sdk ships', () => {
  const { files } = sdk;
  const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
  const shipped = (kind: RegExp) => [...files].filter((path) => kind.test(path));

  test('has every guide but how the figures were measured, and an AGENTS.md of at most 8 kB that leads to each', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'benchmarks.md');
    expect(shipped(/^docs\//).sort()).toEqual(guides.map((name) => `docs/${name}`).sort());

    const text = textOf('AGENTS.md');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8_000);
    expect(shipped(/^docs\//).filter((path) => !text.includes(`](${path})`))).toEqual([]);
  });

  test('has pages whose links lead to a heading or file in it, or to a file in the repository on the web', () => {
    const repository = `${manifest.homepage.replace('#readme', '')}/blob/main/`;
    // As GitHub makes them.
    const anchorsOf = (page: string) =>
      Array.from(textOf(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
    const leads = (path: string, link: string) => {
      const [target = '', heading] = link.replace(repository, '').split('#');
      if (link.startsWith(repository)) return existsSync(join(root, target));
      if (target.startsWith('https:')) return true;
      const page = target === '' ? path : join(dirname(path), target);
      return files.has(page) && (heading === undefined || anchorsOf(page).includes(heading));
    };
    const broken = shipped(/\.md$/).flatMap((path) =>
      Array.from(textOf(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => `${path}: ${link}`).filter(
        (each) => !leads(path, each.slice(path.length + 2)),
      ),
    );
    expect(broken).toEqual([]);
  });

  test('imports its optional peer in one entry point', () => {
    const users = shipped(/\.c?js$/).filter((path) => /(from ?|require\()["']@opentelemetry/.test(textOf(path)));
    expect(users.sort()).toEqual(['dist/otel/index.cjs', 'dist/otel/index.js']);
  });

  test('has source maps for its ES modules, and the sources that the maps name, but none of a bundled package', () => {
    const sources = new Set<string>();
    for (const path of shipped(/^dist\/(?!browser\.min).+\.js$/)) {
      expect(textOf(path)).toContain(`//# sourceMappingURL=${basename(path)}.map`);
      // Our own build writes it.
      const map = JSON.parse(textOf(`${path}.map`)) as { sources: (string | null)[] };
      for (const source of map.sources) if (source !== null) sources.add(join(dirname(path), source));
    }

    expect(sources).toContain('src/http/attempt.ts');
    expect([...sources].filter((source) => !files.has(source))).toEqual([]);
  });
});
