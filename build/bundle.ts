import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/** What a page has to download. */
interface Bundle {
  readonly text: string;
  /** Bytes. */
  readonly minified: number;
  /** Bytes. */
  readonly zipped: number;
  readonly metafile: Metafile;
}

/** Bundles a program by esbuild, minified and gzipped. `folder` is where it finds packages. */
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
    tsconfigRaw: {}, // The repository's own leads to src.
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  return { text, minified: contents.length, zipped: gzipSync(contents, { level: 9 }).length, metafile };
}
