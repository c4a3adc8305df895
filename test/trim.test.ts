import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { EventEmitter } from 'eventemitter3';
import * as fc from 'fast-check';
import ky from 'ky';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { trimDependencies } from '../build/trim/index.ts';
import { trim } from '../build/trim/trim.ts';
import * as whole from './support/schemas.ts';

/** Now and then something else, or nothing. */
const mostly = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 20, arbitrary: valid },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const object = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  mostly(fc.record({ ...fields, unknown: mostly(fc.jsonValue()), ['__proto__']: mostly(fc.jsonValue()) }));
const string = mostly(fc.string());
const number = mostly(fc.nat());

const user = object({ id: string, name: string, email: string, created_at: string });
const project = object({ id: string, name: string, description: string, created_at: string });
const bodies: Readonly<Record<keyof typeof whole.schemas, fc.Arbitrary<unknown>>> = {
  user,
  project,
  page: object({
    data: mostly(fc.array(project, { maxLength: 5 })),
    meta: object({ current_page: number, total_pages: number, total_count: number }),
  }),
  event: object({
    event: mostly(fc.constant('user.created')),
    data: object({ id: string, name: string, email: string }),
    timestamp: string,
  }),
  'event of another kind': object({ event: string, data: mostly(fc.jsonValue()), timestamp: string }),
};

describe('what is bundled of zod', () => {
  let directory: string;
  let bundled: typeof whole;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'trim-'));
    const outfile = join(directory, 'schemas.js');
    await build({
      entryPoints: [join(import.meta.dirname, 'support/schemas.ts')],
      outfile,
      plugins: [trimDependencies],
      bundle: true,
      format: 'esm',
    });
    bundled = (await import(pathToFileURL(outfile).href)) as typeof whole;
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each(Object.keys(bodies) as (keyof typeof bodies)[])('finds what zod finds: %s', (name) => {
    let valid = 0;
    let invalid = 0;
    fc.assert(
      fc.property(bodies[name], (made) => {
        const body: unknown = made === undefined ? null : JSON.parse(JSON.stringify(made));
        const issues = z.safeParse(whole.schemas[name], body).error?.issues ?? [];
        if (issues.length > 0) invalid += 1;
        else valid += 1;

        const found = bundled.findIssues(bundled.schemas[name], body);

        expect(found.map(({ path }) => path)).toEqual(issues.map(({ path }) => path));
        expect(found.map(({ message }) => message.split(', received')[0])).toEqual(
          issues.map((issue) => (issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.code)),
        );
        expect(found).toEqual(whole.findIssues(whole.schemas[name], body));
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(valid, invalid)).toBeGreaterThan(50);
  });
});

describe('what is bundled of ky and eventemitter3', () => {
  it('is what the tests run on', () => {
    // Calling them would fail the run.
    for (const unreachable of [ky.create, EventEmitter.prototype.eventNames]) {
      expect(String(unreachable)).toContain('This is not bundled');
    }
  });
});

describe('trimming', () => {
  it('leaves everything else as it is', () => {
    const code = `
      const used = 1, unused = () => { return help(); };
      class A { #b(c) { return c; } d() { this.e = 1; return this.e ? this.#b(this.e) : f(); } }
      A.g = () => 2;
    `;
    const cuts = {
      unreachable: ['unused', 'A.g'],
      definitions: { '#b': '{}', used: '2' },
      expressions: { 'this.e': 'false' },
      append: '//',
    };

    expect(trim('a.js', code, cuts, '{ throw 0; }')).toBe(`
      const used = 2, unused = () => { throw 0; };
      class A { #b(c) {} d() { this.e = 1; return false ? this.#b(false) : f(); } }
      A.g = () => { throw 0; };
    //`);
  });

  it('fails where there is not what is to be cut', () => {
    expect(() => trim('ky/a.js', 'b();', { unreachable: ['c'], expressions: { 'd.e': '0' } })).toThrow(
      'ky/a.js has no c, d.e: bring build/trim up to date.',
    );
  });

  it('lets no other package be bundled', async () => {
    const bundle = build({
      stdin: { contents: `import 'hono';`, resolveDir: import.meta.dirname },
      plugins: [trimDependencies],
      bundle: true,
      write: false,
      logLevel: 'silent',
    });

    await expect(bundle).rejects.toThrow(/hono\/dist\/\S+ is not to be bundled/);
  });
});
