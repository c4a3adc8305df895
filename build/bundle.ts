import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/** What a page has to download. */
interface Bundle {
  readonly text: string;
  /** Bytes. */
  readonly zipped: number;
  readonly metafile: Metafile;
}

/** Bundles a program with esbuild, minified and gzipped. Packages are resolved from `folder`. */
export async function bundle(source: string, folder: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'error',
    tsconfigRaw: {}, // The repository's own config maps the package to src.
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  return { text, zipped: gzipSync(contents, { level: 9 }).length, metafile };
}
