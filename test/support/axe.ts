import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds wrong with part of a page: the rule and the elements. axe is injected through the debugger, since the
 * page's policy may block foreign scripts.
 */
export async function axeFindings(
  page: { readonly evaluate: (script: string) => Promise<unknown> },
  part: string | object = 'html',
  rules?: readonly string[],
) {
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run(${JSON.stringify(part)}, ${JSON.stringify({ resultTypes: ['violations'], runOnly: rules })}).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  return found as string[]; // The script returns this.
}
