import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, it, onTestFinished } from 'vitest';
import { expectToReceive, preamble, recipe } from '../frameworks/support/recipes.ts';
import { end, ready, startPrinting } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { tool } from '../support/tools.ts';
import { secret } from '../webhooks/support/signed-request.ts';
import { runtimes } from './support/matrix.ts';
import { expectToRun } from './support/suite-run.ts';

const often = runtimes.flatMap((runtime) => runtime.eachChange.map((kind) => ({ ...runtime, ...kind })));
it.each(often)('$subject uses the installed packages from $moduleKind', (runtime) => expectToRun(runtime, runtime));

it.each([
  ['Bun', '.bin/bun'],
  ['Deno', '.bin/deno', 'run', '--no-prompt', '--allow-net', '--allow-env'],
])('the recipe for %s accepts a signed webhook, and rejects a changed one', async (subject, program, ...args) => {
  const port = await freePort();
  const file = join(inject('project'), `webhooks-${subject}.mjs`);
  await writeFile(file, [preamble, `const port = ${port};`, recipe(subject)].join('\n'));
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, EXAMPLE_WEBHOOK_SECRET: secret };
  const { child, output } = startPrinting(tool(program), [...args, file], { cwd: inject('project'), env });
  onTestFinished(() => end(child));
  const url = `http://127.0.0.1:${port}/webhooks`;
  await ready(child, () => fetch(url), output);

  await expectToReceive(url, output);
});
