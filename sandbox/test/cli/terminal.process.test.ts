import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { commands } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

/**
 * Clears the screen, sets its title, and sets the clipboard, with characters of C0 and of C1. Then it changes the direction of
 * the text, and has characters without a width.
 */
const evil =
  '\u202etxt.exe\u202c\u2066\u2069\u200b\u200d\ufeff\u2028\u00ad\u{e0041}' +
  '\u001b[2J\u001b]0;owned\u0007\u009b2J\u009d52;c;ZXZpbA==\u009c\u0007\r\u0008';
const control = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const { command, serve, ended } = commands();

/** A server whose responses try to write to the terminal. */
async function hostile(): Promise<string> {
  const { url } = await receiver([{ status: 500, body: `${JSON.stringify({ error: { message: evil } })}\n${evil}` }]);
  return url;
}

test('requests, faults and events can not write to the terminal of the sandbox, of logs, listen or trigger', async () => {
  const to = await hostile();
  for (const json of [[], ['--json']]) {
    const { server, url, env } = await serve(...json);
    const listening = command(['listen', '--forward-to', to, ...json], env);
    await listening.prints(/whsec_/);
    await fetch(`${url}/${encodeURIComponent(evil)}`, { headers: { 'x-evil': '\u0080\u009b2J' } });
    const triggered = command(['trigger', 'user.created', '--payload', JSON.stringify(evil)], env);
    await triggered.exitCode;
    await listening.prints(/500/);
    await server.prints(/user\.created/);
    const logs = command(['logs', ...json], env);
    await logs.exitCode;
    for (const each of [server, listening, logs, triggered]) expect(each.output()).not.toMatch(control);
  }
});

test('responses of other servers, arguments and messages about them can not write to the terminal either', async () => {
  const to = await hostile();
  const directory = temporaryFolder();
  const commands = [
    ['trigger', 'user.created', '--to', to, '--payload', JSON.stringify({ name: evil })],
    ['trigger', evil, '--to', to],
    ['logs', '--server', to],
    [evil],
    ['--port', evil],
    ['--data', join(directory, evil.replaceAll('/', ''), 'state.db')],
  ];
  for (const args of commands) {
    const [code, text] = await ended(args, { EXAMPLE_WEBHOOK_SECRET: `whsec_${'c2VjcmV0'.repeat(4)}` });
    expect(code).not.toBe(0);
    expect(text).not.toBe('');
    expect(text).not.toMatch(control);
  }
});
