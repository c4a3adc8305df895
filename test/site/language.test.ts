import { describe, expect, it } from 'vitest';
import { libraries } from '../../site/build/declarations.ts';
import { createLanguage } from '../../site/src/editor/language.ts';

const language = createLanguage({
  ...libraries(['es2024', 'esnext.disposable', 'webworker']),
  '/globals.d.ts': 'declare const process: { readonly env: Readonly<Record<string, string | undefined>> };',
  '/node_modules/shop/package.json': '{ "exports": { ".": { "types": "./index.d.ts" } } }',
  '/node_modules/shop/index.d.ts': `
    export declare class Shop {
      /**
       * Buys from {@link Shop}: \`POST /items/{id}\`.
       *
       * @throws {RangeError} when there is none.
       */
      buy(item: 'tea' | 'milk'): Promise<number>;
    }`,
});

/** Code with a cursor at `|`. */
const at = (text: string) => [text.replace('|', ''), text.indexOf('|')] as const;
const names = (text: string) => language.complete(...at(text))?.entries.map(({ name }) => name);
const shop = "import { Shop } from 'shop';\n";

describe('TypeScript in the editor', () => {
  it('completes members, strings, imports and globals', () => {
    expect(names(`${shop}new Shop().|`)).toEqual(['buy']);
    expect(names(`${shop}new Shop().buy('|')`)).toEqual(['tea', 'milk']);
    expect(names("import {} from 's|'")).toEqual(['shop']);
    expect(names('|')).toEqual(expect.arrayContaining(['fetch', 'process', 'structuredClone']));
    expect(names('// |')).toBeUndefined();
  });

  it('puts what is near before the globals, and says where the completion begins', () => {
    const { from, entries = [] } = language.complete(...at('const basket = 1;\nba|')) ?? {};

    expect(from).toBe(18);
    expect(entries.find(({ name }) => name === 'basket')?.isNear).toBe(true);
    expect(entries.find(({ name }) => name === 'fetch')?.isNear).toBe(false);
  });

  it('describes names with their types and comments', () => {
    const expected = {
      signature: "(method) Shop.buy(item: 'tea' | 'milk'): Promise<number>".replaceAll("'", '"'),
      documentation: 'Buys from Shop: `POST /items/{id}`.\n\nThrows RangeError when there is none.',
    };

    expect(language.describe(...at(`${shop}new Shop().b|uy('tea');`))).toEqual({ from: 40, to: 43, ...expected });
    expect(language.detail(...at(`${shop}new Shop().|`), 'buy')).toMatchObject(expected);
    expect(language.describe(...at('|'))).toBeUndefined();
  });

  it('finds errors of the syntax and of the types, and lets a program await at its top', () => {
    const code = `${shop}const price: string = await new Shop().buy('tea');`;

    expect(language.check(code)).toEqual([
      { from: 35, to: 40, message: "Type 'number' is not assignable to type 'string'." },
    ]);
    expect(language.check('const = 1;')).not.toEqual([]);
    expect(language.check(`${shop}console.log(await new Shop().buy('milk'), process.env.PATH);`)).toEqual([]);
  });
});
