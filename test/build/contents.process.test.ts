import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin, SourceMap, type SourceMapping, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { pack } from '../../build/pack.ts';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

const sbomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
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
  dependencies: z.array(z.object({ dependsOn: z.array(z.string()) })),
});

/** Whether a page has a heading with this anchor, as GitHub makes it. */
async function hasHeading(page: string, anchor: string): Promise<boolean> {
  const text = await readFile(join(root, page), 'utf8');
  const anchors = Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  return anchors.includes(anchor);
}

test.each([
  ['@example/sdk', 'dist', []],
  ['@example/sandbox', 'sandbox/dist', ['@example/sdk']],
])('the SBOM of %s lists what is bundled as such, with its version and licence', async (name, folder, installed) => {
  const text = await readFile(join(root, folder, 'sbom.cdx.json'), 'utf8');
  const licenses = await readFile(join(root, folder, 'LICENSES.txt'), 'utf8');
  const bom = sbomSchema.parse(JSON.parse(text));
  const versions = Array.from(licenses.matchAll(/^## (\S+) (\S+)$/gm), ([, each, version]) => `${each}@${version}`);
  const bundled = bom.components.filter(({ properties }) =>
    properties.some((property) => property.name === 'cdx:npm:package:bundled' && property.value === 'true'),
  );
  expect(bom.metadata.component.name).toBe(name);
  expect(bundled.map((each) => each['bom-ref']).sort()).toEqual(versions.sort());
  for (const { purl, licenses: named } of bundled) {
    expect(purl).toMatch(/^pkg:npm\/.+@\d/);
    expect(named).not.toEqual([]);
  }
  expect(bom.components.filter((each) => !bundled.includes(each)).map((each) => each.name)).toEqual(installed);
  expect(new Set(bom.dependencies[0]?.dependsOn)).toEqual(new Set(bom.components.map((each) => each['bom-ref'])));
});

const read = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/LICENSES.txt', 'dist/sbom.cdx.json', 'package.json'];

/** What a package says of itself: what it is, what it needs, where it begins, and how it was published. */
const userFields = new Set([
  ...['name', 'version', 'description', 'keywords', 'license', 'author', 'homepage', 'repository', 'bugs'],
  ...['engines', 'dependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['type', 'sideEffects', 'main', 'module', 'types', 'typesVersions', 'exports', 'bin'],
  ...['files', 'publishConfig'],
]);

/** What is published of a package. */
function shippedOf(folder: string) {
  const directory = mkdtempSync(join(tmpdir(), 'contents-'));
  try {
    const { path, files, unpackedSize } = pack(join(root, folder), directory);
    const text = execFileSync('tar', ['--extract', '--to-stdout', '--file', path, 'package/package.json'], {
      encoding: 'utf8',
    });
    return { unpackedSize, files: new Set(files), manifest: z.looseObject({}).parse(JSON.parse(text)) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe.each([
  {
    name: '@example/sdk',
    folder: '.',
    built: /^dist\/.+\.(c?js(\.map)?|d\.c?ts)$|^src\/.+\.ts$|^docs\/[\w-]+\.md$/,
    others: ['AGENTS.md', ...read],
    imports: ['@opentelemetry/api'],
    // docs/internals/project.md says what it is made of.
    size: 1_710_000,
  },
  {
    name: '@example/sandbox',
    folder: 'sandbox',
    built: /^dist\/.+\.(js|cjs|d\.ts|d\.cts)$/,
    others: [...read, 'openapi.json'],
    imports: ['@example/sdk/webhooks'],
    // It is not minified: a page of it is not what someone wants to read before an error.
    size: 1_500_000,
  },
])('$name ships', ({ folder, built, others, imports, size }) => {
  let files: ReadonlySet<string>;
  let unpackedSize: number;
  let shipped: object;
  beforeAll(() => void ({ files, unpackedSize, manifest: shipped } = shippedOf(folder)), 60_000);

  test('built code with its declarations, and what a user reads', () => {
    expect([...files].filter((path) => !built.test(path)).sort()).toEqual(others.toSorted());
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
    const others = Object.keys(shipped).filter((field) => !userFields.has(field));
    expect(others).toEqual([]);
    expect(shipped).toMatchObject({ license: 'MIT', publishConfig: { access: 'public' } });
  });

  test('a limited number of bytes', () => {
    expect(unpackedSize).toBeLessThanOrEqual(size);
  });
});

describe('what @example/sdk ships', () => {
  let files: ReadonlySet<string>;
  beforeAll(() => void ({ files } = shippedOf('.')), 60_000);

  /** The shipped files of a kind, with the text of each. */
  const shipped = (kind: RegExp) =>
    Promise.all(
      [...files]
        .filter((path) => kind.test(path))
        .map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
    );

  test('has every guide but how the figures were measured, which is as long as two', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'benchmarks.md');
    const shippedGuides = [...files].filter((path) => path.startsWith('docs/'));
    expect(shippedGuides.sort()).toEqual(guides.map((name) => `docs/${name}`).sort());
  });

  test('has an AGENTS.md of at most 8 kB, which leads to every guide', async () => {
    const text = await readFile(join(root, 'AGENTS.md'), 'utf8');

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8_000);
    for (const path of files) if (path.startsWith('docs/')) expect(text).toContain(`](${path})`);
  });

  test('has pages whose links lead to a heading or file in it, or to a file in the repository on the web', async () => {
    const repository = `${manifest.homepage.replace('#readme', '')}/blob/main/`;
    const broken: string[] = [];
    for (const { path, text } of await shipped(/\.md$/)) {
      for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        const [target = '', heading] = link.replace(repository, '').split('#');
        const page = target === '' ? path : link.startsWith(repository) ? target : join(dirname(path), target);
        const leadsSomewhere = link.startsWith(repository)
          ? existsSync(join(root, page))
          : files.has(page) || target.startsWith('https:');
        if (!leadsSomewhere || (heading !== undefined && files.has(page) && !(await hasHeading(page, heading))))
          broken.push(`${path}: ${link}`);
      }
    }

    expect(broken).toEqual([]);
  });

  test('imports its optional peer in one entry point', async () => {
    const users = (await shipped(/\.c?js$/)).filter(({ text }) => /(from ?|require\()["']@opentelemetry/.test(text));
    expect(users.map(({ path }) => path).sort()).toEqual(['dist/otel/index.cjs', 'dist/otel/index.js']);
  });

  /** Where the map of a chunk leads to from a column, so many lines below the one that has a text. */
  async function mapped(content: string, below: number, column: number): Promise<Partial<SourceMapping>> {
    const chunks = await shipped(/^dist\/chunks\/.+\.js$/);
    const { path, text } = chunks.find((file) => file.text.includes(content))!;
    const map = new SourceMap(JSON.parse(await readFile(join(root, `${path}.map`), 'utf8')) as SourceMapPayload);
    const line = text.split('\n').findIndex((each) => each.includes(content));
    return map.findEntry(line + below, column);
  }

  test('has maps that lead from a line to a line', async () => {
    const { originalSource, originalLine = -1 } = await mapped('The request failed: ', 0, 100);

    expect(originalSource).toMatch(/src\/http\/attempt\.ts$/);
    const lines = readFileSync(join(root, 'src/http/attempt.ts'), 'utf8').split('\n');
    expect(lines[originalLine]).toContain('The request failed: ');
  });

  test.each([1, 10, 500])(
    'has maps that lead from a bundled package to nothing, because its sources are not there: line %i',
    async (below) => expect((await mapped('Ky.js', below, 8)).originalSource).toBeNull(),
  );

  test('has source maps for its ES modules, and the sources that the maps name', async () => {
    const scripts = await shipped(/^dist\/(?!browser\.min).+\.js$/);
    const sources = new Set<string>();
    for (const { path, text } of scripts) {
      const map = `${path}.map`;
      expect(text).toContain(`//# sourceMappingURL=${basename(map)}`);
      expect(files).toContain(map);
      const named = (JSON.parse(await readFile(join(root, map), 'utf8')) as { sources: (string | null)[] }).sources;
      for (const source of named.filter((each) => each !== null)) sources.add(join(dirname(map), source));
    }

    expect(sources).toContain('src/http/attempt.ts');
    expect([...sources].filter((source) => !files.has(source))).toEqual([]);
  });
});
