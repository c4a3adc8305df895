import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { packageDirectory } from './bundled-licenses.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * The software bill of materials of a package, as CycloneDX in JSON: npm's own, without what is neither bundled nor installed
 * with it. To npm, what is bundled is a development dependency, like the tools that bundle it.
 *
 * @param bundled The packages that are bundled.
 * @param folder Where the package is, relative to the root of the repository.
 * @param modules Directories to look for them in.
 */
export function sbom(bundled: readonly string[], folder = '.', modules: readonly string[] = ['node_modules']): string {
  const root = new URL('../', import.meta.url);
  const manifestOf = (directory: URL) =>
    JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as Manifest;
  const { serialNumber: _, ...bom } = JSON.parse(
    npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], root),
  ) as Bom;
  const { timestamp: __, ...metadata } = bom.metadata;
  const refOf = ({ name, version }: Manifest) => `${name}@${version}`;

  const own = manifestOf(new URL(`${folder}/`, root));
  const sdk = manifestOf(root);
  const all = [...bom.components, { ...metadata.component, name: sdk.name }];
  const component = (manifest: Manifest) => {
    const found = all.find((each) => each['bom-ref'] === refOf(manifest));
    if (found === undefined) throw new Error(`npm sbom does not list ${refOf(manifest)}.`);
    return found;
  };
  const parts = bundled.map((name) => {
    const found = component(manifestOf(packageDirectory(name, modules)));
    return { ...found, scope: 'required', properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }] };
  });
  const dependencies = Object.keys(own.dependencies ?? {}).map(() => component(sdk));
  return `${JSON.stringify(
    {
      ...bom,
      metadata: { ...metadata, component: { ...component(own), type: 'library', name: own.name, properties: [] } },
      components: [...parts, ...dependencies],
      dependencies: [{ ref: refOf(own), dependsOn: [...parts, ...dependencies].map((each) => each['bom-ref']) }],
    },
    undefined,
    2,
  )}\n`;
}

/** Runs the npm that runs this script, or else the first one in the `PATH`. */
function npm(args: string[], directory: URL): string {
  const { npm_execpath: script } = process.env;
  const [command, ...before] = script === undefined ? ['npm'] : [process.execPath, script];
  return execFileSync(command, [...before, ...args], { cwd: directory, encoding: 'utf8', maxBuffer: 1e8 });
}
