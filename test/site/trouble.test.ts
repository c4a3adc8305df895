import { createSandbox } from '@example/sandbox';
import { expect, it } from 'vitest';
import { startTrouble } from '../../site/src/playground/trouble.ts';

const calm = { faults: false, latency: false, outage: false };

it('combines latency with an outage and with faults', () => {
  const outage = createSandbox();
  startTrouble(outage, { ...calm, latency: true, outage: true });
  expect(outage.faults.list[0]).toMatchObject({ status: 503, latency: 800, share: 1 });

  const faulty = createSandbox();
  startTrouble(faulty, { ...calm, latency: true, faults: true });
  expect(faulty.faults.list).toMatchObject([
    { status: 500, latency: 800, share: 0.2 },
    { latency: 800, share: 1 },
  ]);
  expect(faulty.faults.list[1]).not.toHaveProperty('status');
});

it('ends only what it has started', () => {
  const api = createSandbox();
  const own = api.faults.next({ status: 418 });
  const end = startTrouble(api, { faults: true, latency: true, outage: true });
  end();

  expect(api.faults.list).toEqual([own]);
});
