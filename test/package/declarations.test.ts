import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { readDeclarations } from './support/declarations.ts';
import { hover } from './support/language-service.ts';

describe('what an editor shows', () => {
  const show = (expression: string) =>
    hover(inject('packed').project, `import { Client } from '@example/sdk';\n${expression}`);

  it('of a call: its documentation, and types that have names', () => {
    expect(show('new Client().users.|create')).toEqual({
      signature: '(method) Users.create(params: UserCreateParams, options?: RequestOptions): APIPromise<User>',
      documentation: expect.stringMatching(/^Creates a user: `POST \/users`\./),
      tags: [
        'throws {ConflictError} when it conflicts with existing data, such as a user with this email address.',
        'throws {UnprocessableEntityError} when a field is invalid; its `details` say which.',
        expect.stringMatching(/^example const user = await client\.users\.create\(/),
      ],
    });
  });

  it.each([
    ['new Client().users.|get', '(method) Users.get(id: string, options?: RequestOptions): APIPromise<User>'],
    [
      'new Client().projects.|list',
      '(method) Projects.list(params?: ProjectListParams, options?: ListOptions): ListPromise<Project>',
    ],
    ['const |user = await new Client().users.get("1")', 'const user: User'],
    ['const |page = await new Client().projects.list()', 'const page: Page<Project>'],
    ['for await (const |project of new Client().projects.list()) project', 'const project: Project'],
    ['new Client().on("retry", (|event) => event)', '(parameter) event: RetryEvent'],
  ])('%s', (expression, signature) => {
    expect(show(expression).signature).toBe(signature);
  });
});

describe.each(['import', 'require'] as const)('the declarations for %s', (condition) => {
  const read = () => readDeclarations(join(inject('packed').project, 'node_modules/@example/sdk'), condition);

  it('import no other package: not zod, not ky', () => {
    expect(read().packages).toEqual([]);
  });

  it('declare nothing that nobody can import', () => {
    expect(read().unreachable).toEqual([]);
  });
});
