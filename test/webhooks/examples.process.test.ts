import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

describe.each(['node-http', 'express', 'hono'])('examples/webhooks/%s.ts, over a real socket', (name) => {
  let program: Program;
  beforeAll(async () => {
    program = await startProgram(`../../examples/webhooks/${name}.ts`, { EXAMPLE_WEBHOOK_SECRET: secret });
  });
  afterAll(() => program.kill());

  it('welcomes the new user', async () => {
    const event = { ...userCreated, data: { ...userCreated.data, name: `Zoë of ${name} 👋` } };
    const response = await fetch(`${program.url}/webhooks`, await signed(event));
    expect(response.status).toBe(204);
    await expect.poll(() => program.output).toContain(`Welcome, Zoë of ${name} 👋!`);
  });

  it('answers 400 to a changed body', async () => {
    const { body, ...rest } = await signed();
    const response = await fetch(`${program.url}/webhooks`, { ...rest, body: body.replace('John', 'Eve') });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe('');
    expect(program.output).not.toContain('Eve');
  });

  it('answers 413 to a body over 1 MB, and keeps running', async () => {
    const padding = 'x'.repeat(1_048_577);
    const response = await fetch(`${program.url}/webhooks`, await signed({ ...userCreated, padding }));
    expect(response.status).toBe(413);
    expect((await fetch(`${program.url}/webhooks`, await signed())).status).toBe(204);
  });

  if (name === 'express') {
    it('still parses the JSON of other routes', async () => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
      expect(await (await fetch(`${program.url}/echo`, init)).json()).toEqual({ a: 1 });
    });
  }
});
