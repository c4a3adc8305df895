import { expect, test } from 'vitest';
import { commandLine } from '../support/built-cli.ts';

const start = commandLine();

async function printed(...args: readonly string[]): Promise<string> {
  const child = start(...args);
  expect(await child.ended).toBe(0);
  return child.output();
}

test.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
  expect(await printed('completion', shell)).toContain('example-sandbox complete ');
});

test('another shell is refused', async () => {
  const child = start('completion', 'cmd');
  expect(await child.ended).toBe(2);
  expect(child.output()).toContain('zsh, bash, fish, powershell');
});

test.each([
  [['l'], /^listen\tforward events[^\n]+\nlogs\t/m],
  [['--ra'], /^--rate-limit\t/m],
  [['listen', '--for'], /^--forward-to\t/m],
  [['logs', '--'], /^--follow\t/m],
])('completes %j', async (words, expected) => {
  expect(await printed('complete', '--', ...words)).toMatch(expected);
});
