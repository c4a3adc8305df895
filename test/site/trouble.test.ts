import { createSandbox } from '@example/sandbox';
import { expect, it } from 'vitest';
import { TroubleSwitches } from '../../site/src/playground/trouble.ts';

it('makes go wrong what is switched on, after the faults of the program, and leaves those alone', () => {
  const { faults } = createSandbox();
  const switches = new TroubleSwitches(faults);
  const armed = () => faults.list.map(({ status, share, latency }) => ({ status, share, latency }));
  const [calm, slow] = [
    { faults: false, latency: false, outage: false },
    { share: 1, latency: 800 },
  ];

  switches.set({ ...calm, latency: true, outage: true });
  faults.next({ status: 418 });
  const [own] = armed();
  expect(() => faults.next({ status: 200 })).toThrow(TypeError);
  expect(armed()).toEqual([own, { status: 503, ...slow }, slow]);
  switches.set({ ...calm, latency: true, faults: true });
  expect(armed()).toEqual([own, { status: 500, share: 0.2, latency: 800 }, slow]);
  switches.set(calm);
  expect([own?.status, armed()]).toEqual([418, [own]]);
});
