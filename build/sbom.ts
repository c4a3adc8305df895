import { readFileSync } from 'node:fs';

/** What npm's lockfile says about a package. */
interface Locked {
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * The software bill of materials of a package, as CycloneDX JSON: the packages bundled and installed with it. npm's own
 * SBOM lists bundled packages as development dependencies, among the tools that bundle them.
 *
 * @param bundled The packages that are bundled.
 * @param folder The package's folder, relative to the repository's root; empty for the root.
 * @param modules Directories to look for packages in.
 */
export function sbom(bundled: readonly string[], folder = '', modules: readonly string[] = ['node_modules']): string {
  const lockfile = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  const { packages } = JSON.parse(lockfile) as { packages: Readonly<Record<string, Locked>> }; // npm's format
  const component = (paths: readonly string[], property?: string) => {
    const [path = '', locked] = paths.map((each) => [each, packages[each]] as const).find(([, is]) => is) ?? [];
    if (locked === undefined) throw new Error(`package-lock.json has no ${paths.join(' or ')}.`);
    const { name = path.replace(/.*node_modules\//, ''), version, license, integrity = '' } = locked;
    const [, hash = ''] = integrity.split('sha512-');
    return {
      ...{ 'bom-ref': `${name}@${version}`, type: 'library', name, version, scope: 'required' },
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      properties: property === undefined ? [] : [{ name: property, value: 'true' }],
      hashes: hash === '' ? [] : [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
      licenses: license === undefined ? [] : [{ license: { id: license } }],
    };
  };
  const own = component([folder]);
  const parts = [
    ...bundled.map((name) =>
      component(
        modules.map((each) => `${each}/${name}`),
        'cdx:npm:package:bundled',
      ),
    ),
    ...Object.keys(packages[folder]?.dependencies ?? {}).map(() => component([''])), // The only one is the SDK.
  ];
  const bom = {
    ...{
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
    },
    metadata: { component: own },
    components: parts,
    dependencies: [{ ref: own['bom-ref'], dependsOn: parts.map((each) => each['bom-ref']) }],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}
