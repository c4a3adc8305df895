import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

describe.each(['node-http', 'express', 'hono'])('examples/webhooks/%s.ts, over a real socket', (name) => {
  let program: Program;
  beforeAll(async () => {
    program = await startProgram(`../../examples/webhooks/${name}.ts`, { EXAMPLE_WEBHOOK_SECRET: secret });
  });
  afterAll(() => program.kill());

  it('refuses a changed or long body, and then welcomes the new user', async () => {
    const send = (init: RequestInit) => fetch(`${program.url}/webhooks`, init);
    const request = await signed({ ...userCreated, data: { ...userCreated.data, name: `Zoë of ${name} 👋` } });
    expect((await send({ ...request, body: request.body.replace('Zoë', 'Eve') })).status).toBe(400);
    expect((await send(await signed({ ...userCreated, padding: 'x'.repeat(1_048_577) }))).status).toBe(413);
    expect((await send(request)).status).toBe(204);
    await expect.poll(() => program.output).toContain(`Welcome, Zoë of ${name} 👋!`);
    expect(program.output).not.toContain('Eve');
  });

  if (name !== 'express') return;
  it('still parses the JSON of other routes', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await (await fetch(`${program.url}/echo`, init)).json()).toEqual({ a: 1 });
  });
});
