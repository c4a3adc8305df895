import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { findIssues } from '../../src/utils/validation.ts';

const schema = z.looseObject({
  id: z.string(),
  items: z.array(z.looseObject({ size: z.number() })),
});

describe('findIssues', () => {
  it.each<[string, unknown, object[]]>([
    [
      'nothing in a body as documented, whatever else is in it',
      { id: 'a', items: [{ size: 1, colour: 'red' }], more: [1] },
      [],
    ],
    [
      'what was expected and what was received, without its value',
      { id: 7, items: [{ size: 1 }, { size: 'secret' }, { size: null }, {}] },
      [
        { path: ['id'], message: 'expected string, received number' },
        { path: ['items', 1, 'size'], message: 'expected number, received string' },
        { path: ['items', 2, 'size'], message: 'expected number, received null' },
        { path: ['items', 3, 'size'], message: 'expected number, received undefined' },
      ],
    ],
    ['one difference in a list', [], [{ path: [], message: 'expected object, received array' }]],
    ['one difference in null', null, [{ path: [], message: 'expected object, received null' }]],
    ['one difference in a text', 'secret', [{ path: [], message: 'expected object, received string' }]],
    [
      'no more differences than zod can list',
      { id: 'a', items: new Array<number>(200_000).fill(0) },
      [{ path: [], message: 'more differences than can be listed' }],
    ],
  ])('finds %s', (_, body, issues) => {
    expect(findIssues(schema, body)).toEqual(issues);
  });

  it('reports a difference that is not about types by its kind', () => {
    const limited = z.looseObject({ name: z.string().check(z.maxLength(3)) });

    expect(findIssues(limited, { name: 'secret' })).toEqual([{ path: ['name'], message: 'too_big, received string' }]);
  });
});
