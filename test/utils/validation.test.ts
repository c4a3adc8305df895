import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { findIssues } from '../../src/utils/validation.ts';

const schema = z.looseObject({
  id: z.string(),
  items: z.array(z.looseObject({ size: z.number() })),
});

describe('findIssues', () => {
  it('finds nothing in a body as documented, whatever else is in it', () => {
    expect(findIssues(schema, { id: 'a', items: [{ size: 1, colour: 'red' }], more: [1] })).toEqual([]);
  });

  it('says what was expected and what was received, without its value', () => {
    expect(findIssues(schema, { id: 7, items: [{ size: 1 }, { size: 'secret' }, { size: null }, {}] })).toEqual([
      { path: ['id'], message: 'expected string, received number' },
      { path: ['items', 1, 'size'], message: 'expected number, received string' },
      { path: ['items', 2, 'size'], message: 'expected number, received null' },
      { path: ['items', 3, 'size'], message: 'expected number, received undefined' },
    ]);
  });

  it.each([
    ['a list', [], 'array'],
    ['null', null, 'null'],
    ['text', 'secret', 'string'],
  ])('reports a body that is %s as one difference', (_, body, received) => {
    expect(findIssues(schema, body)).toEqual([{ path: [], message: `expected object, received ${received}` }]);
  });

  it('gives up on more differences than zod can list', () => {
    const items = new Array<number>(200_000).fill(0);

    expect(findIssues(schema, { id: 'a', items })).toEqual([
      { path: [], message: 'more differences than can be listed' },
    ]);
  });

  it('reports a difference that is not about types by its kind', () => {
    const limited = z.looseObject({ name: z.string().check(z.maxLength(3)) });

    expect(findIssues(limited, { name: 'secret' })).toEqual([{ path: ['name'], message: 'too_big, received string' }]);
  });
});
