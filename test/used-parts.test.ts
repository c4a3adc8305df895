import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as fc from 'fast-check';
import ky from 'ky';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usedParts } from '../build/used-parts/index.ts';
import { takeOut } from '../build/used-parts/take-out.ts';
import * as source from './support/schemas.ts';

describe('what is built in of zod', () => {
  let directory: string;
  let builtIn: typeof source;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'used-parts-'));
    const outfile = join(directory, 'schemas.js');
    await build({
      entryPoints: [join(import.meta.dirname, 'support/schemas.ts')],
      outfile,
      plugins: [usedParts],
      bundle: true,
      format: 'esm',
    });
    builtIn = (await import(pathToFileURL(outfile).href)) as typeof source;
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** Anything that JSON can hold; objects with the documented fields more often than not. */
  const body = fc.letrec<{ value: unknown }>((tie) => {
    const names = ['id', 'name', 'email', 'description', 'created_at', 'data', 'meta', 'event', 'timestamp'] as const;
    const fields = Object.fromEntries([...names, 'total_count', '__proto__'].map((name) => [name, tie('value')]));
    return {
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('', 'user.created', 'text', 0, 1.5, -1, true, null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.record(fields, { requiredKeys: [] }),
        fc.jsonValue(),
      ),
    };
  }).value;

  it.each(Object.keys(source.schemas) as (keyof typeof source.schemas)[])('finds what zod finds in a %s', (name) => {
    fc.assert(
      fc.property(body, (value) => {
        const expected = source.findIssues(source.schemas[name], value);
        expect(builtIn.findIssues(builtIn.schemas[name], value)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is built in of ky', () => {
  it('is what these tests run on', () => {
    expect(() => ky.create({})).toThrow('ky runs what is not built in.');
  });
});

describe('taking out', () => {
  it('leaves everything else as it is', () => {
    const code = `
      const used = 1, unused = () => { return help(); };
      class A { #b(c) { return c; } d() { this.e = 1; return this.e ? this.#b(this.e) : f(); } }
      A.g = () => 2;
    `;
    const part = {
      never: 'unused A.g',
      bodies: { '#b': '{}', used: '2' },
      values: { 'this.e': 'false' },
      append: '//',
    };

    expect(takeOut('a.js', code, part, '{ throw 0; }')).toBe(`
      const used = 2, unused = () => { throw 0; };
      class A { #b(c) {} d() { this.e = 1; return false ? this.#b(false) : f(); } }
      A.g = () => { throw 0; };
    //`);
  });

  it('fails where there is not what is to be taken out', () => {
    expect(() => takeOut('ky/a.js', 'b();', { never: 'c', values: { 'd.e': '0' } })).toThrow(
      'ky/a.js has no c, d.e: bring build/used-parts up to date.',
    );
  });
});
