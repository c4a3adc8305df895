import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Counts } from '../../bench/reliability/webhooks.ts';
import { installPeers } from '../../bench/shared/peers.ts';
import { documentFigures } from './support/figures.ts';

// What libraries accept as genuine, side by side. Each signs and verifies with its own scheme.

const program = fileURLToPath(new URL('../../bench/reliability/webhooks.ts', import.meta.url));
const names = ['@example/sdk', 'standardwebhooks', 'svix', 'stripe', '@octokit/webhooks-methods'];

const rows: readonly (readonly [promise: string, figure: string, of: keyof Counts])[] = [
  ['No forged webhook is accepted', 'accepted: a byte or the secret differs, or a header is missing', 'forged'],
  ['A webhook is accepted within its time only', 'accepted, of 3 that are old and 3 from the future', 'untimely'],
  ['A webhook that is delivered twice is handled once', 'times a handler runs', 'handled'],
  ['Every base64 secret can be used', 'secrets that work, of 256 random ones of 43 characters', 'secrets'],
  ['Every error is of a documented class', 'other errors, of 42 odd arguments', 'foreign'],
];

it('what is accepted as a webhook is what docs/reliability.md says', async () => {
  installPeers();
  // What the program prints.
  const counts = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })) as Record<string, Counts>;
  const figuresOf = (of: keyof Counts) => names.map((name) => String(counts[name]?.[of]));
  await documentFigures(
    'webhooks',
    names,
    rows.map(([promise, figure, of]) => [promise, figure, ...figuresOf(of)]),
  );

  const ours = counts['@example/sdk'];
  expect(ours).toMatchObject({ untimely: 0, handled: 1, secrets: 256, foreign: 0 });
  expect(ours?.forged).toMatch(/^0 of \d{3}$/);
});
