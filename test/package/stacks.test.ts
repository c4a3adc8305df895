import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { runTool } from './support/run-tool.ts';
import { runtimes } from './support/runtimes.ts';

// JavaScriptCore does not know who awaits a promise, so Bun shows only what fails before the first await.
const shownInBun = ['webhook verification'];

// The places of test/http/stacks.test.ts, in every runtime.
describe.each(runtimes)('$subject', ({ subject, command }) => {
  it("shows the caller's line in the stack of each error", async () => {
    const program = await buildConsumer('stacks.ts', `stacks-${subject.replace(' ', '-')}.mjs`);

    const shown = JSON.parse(await runTool([...command, basename(program)])) as Record<string, boolean>;

    const places = Object.keys(shown);
    expect(places).toHaveLength(13);
    expect(places.filter((place) => shown[place])).toEqual(subject === 'Bun' ? shownInBun : places);
  });
});
