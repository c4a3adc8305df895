import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { commands } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

/**
 * Clears the screen and sets its title and the clipboard, with C0 and C1 control characters. Then it changes the text
 * direction, and adds characters without a width.
 */
const evil =
  '\u202etxt.exe\u202c\u2066\u2069\u200b\u200d\ufeff\u2028\u00ad\u{e0041}' +
  '\u001b[2J\u001b]0;owned\u0007\u009b2J\u009d52;c;ZXZpbA==\u009c\u0007\r\u0008';
const control = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const { serve, ended } = commands();

test('no input can control the terminal', async () => {
  // A server whose responses try to.
  const body = `${JSON.stringify({ error: { message: evil } })}\n${evil}`;
  const { url: to } = await receiver([{ status: 500, body }]);
  const { server, url, env } = await serve('--webhook', to);
  await fetch(`${url}/${encodeURIComponent(evil)}`, { headers: { 'x-evil': '\u0080\u009b2J' } });
  const file = join(temporaryFolder(), evil.replaceAll('/', ''), 'state.db');
  const outputs = [];
  for (const args of [
    ['trigger', 'user.created', '--payload', JSON.stringify(evil)],
    ['trigger', evil],
    ['trigger', 'a', '--server', to],
    [evil],
    ['--port', evil],
    ['--data', file],
  ]) {
    const [exitCode, text] = await ended(args, env);
    expect([args, exitCode]).toEqual([args, 1]);
    outputs.push(text);
  }
  await server.prints(/user\.created/);
  for (const text of [server.output(), ...outputs]) {
    expect(text).not.toBe('');
    expect(text).not.toMatch(control);
  }
});
