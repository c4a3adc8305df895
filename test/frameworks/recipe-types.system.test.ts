import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { emptyFolder, installFrameworks } from './support/frameworks.ts';
import { preamble, recipe } from './support/recipes.ts';

const root = join(import.meta.dirname, '../..');

/** What the types of the platforms demand of a recipe, and what its user has imported. */
const programs = {
  lambda: `import type { ALBEvent, ALBResult, APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
    ${preamble}
    ${recipe('AWS Lambda: function URLs, API Gateway, load balancers')}
    export const v1: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> = lambda;
    export const v2: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> = lambda;
    export const balancer: (event: ALBEvent) => Promise<ALBResult> = lambda;`,
  azure: `import { app } from '@azure/functions';
    ${preamble}
    ${recipe('Azure Functions')}`,
};

beforeAll(() => installFrameworks(), 600_000);

it.each(Object.entries(programs))(
  'the recipe compiles under strict, with the types of its platform: %s',
  async (name, code) => {
    const folder = await emptyFolder(`types-${name}`);
    await writeFile(join(folder, 'recipe.ts'), code);
    const options = { extends: join(root, 'tsconfig.json'), include: ['recipe.ts'], exclude: [] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const compiled = promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    const output = await compiled
      .then(({ stdout }) => stdout)
      .catch((error: unknown) => (error as { stdout: string }).stdout);
    expect(output).toBe('');
    await rm(folder, { recursive: true });
  },
);
