import { createSandbox } from '@example/sandbox';
import { expect, it } from 'vitest';
import { TroubleSwitches } from '../../site/src/playground/trouble.ts';

const calm = { faults: false, latency: false, outage: false };

it('combines latency with an outage and with faults', () => {
  const outage = createSandbox();
  new TroubleSwitches(outage.faults).set({ ...calm, latency: true, outage: true });
  expect(outage.faults.list[0]).toMatchObject({ status: 503, latency: 800, share: 1 });

  const faulty = createSandbox();
  new TroubleSwitches(faulty.faults).set({ ...calm, latency: true, faults: true });
  expect(faulty.faults.list).toMatchObject([
    { status: 500, latency: 800, share: 0.2 },
    { latency: 800, share: 1 },
  ]);
  expect(faulty.faults.list[1]).not.toHaveProperty('status');
});

it('ends only what it has started', () => {
  const api = createSandbox();
  const switches = new TroubleSwitches(api.faults);
  const own = api.faults.next({ status: 418 });
  switches.set({ faults: true, latency: true, outage: true });
  expect(api.faults.list).toHaveLength(4);
  switches.set(calm);

  expect(api.faults.list).toEqual([own]);
});

it('lets the faults of the program go first, even if it was switched on before them', () => {
  const { faults } = createSandbox();
  new TroubleSwitches(faults).set({ ...calm, outage: true });
  faults.next({ status: 418 });
  expect(() => faults.next({ status: 200 })).toThrow(TypeError);

  expect(faults.list.map(({ status }) => status)).toEqual([418, 503]);
});
