import { build, type BuildOptions, type Metafile } from 'esbuild';
import { gzipSync } from 'node:zlib';

/** What a page downloads. Sizes are in bytes. */
export interface PageBundle {
  readonly code: string;
  readonly minified: number;
  readonly zipped: number;
  readonly metafile: Metafile;
}

/** Bundles for a page, minified. */
export async function bundleForPage(options: BuildOptions): Promise<PageBundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  const code = Buffer.from(contents).toString();
  return { code, minified: contents.length, zipped: gzipSync(contents, { level: 9 }).length, metafile };
}
