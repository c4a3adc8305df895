/** Runs a demonstration in a worker of its own, on a clock that runs faster than the real one. Nothing leaves the page. */
import { installClock, realTimeOf } from '../playground/clock.ts';
import { closeWaysOut } from '../playground/ways-out.ts';
import type { Report } from './view.ts';
import { afterMessages, withoutDelays } from './without-delays.ts';

const real = {
  setInterval: setInterval.bind(globalThis),
  clearInterval: clearInterval.bind(globalThis),
};
const send = (report: Report) => postMessage(report);

const clock = installClock(globalThis, 0, withoutDelays(realTimeOf(globalThis)));
closeWaysOut();

addEventListener('message', ({ data }: MessageEvent<string>) => {
  run(data).then(
    () => send({ type: 'end' }),
    (error: unknown) => send({ type: 'end', error: String(error) }),
  );
});

// Also what a client leaves unhandled ends a demonstration, rather than leave it running for ever.
addEventListener('unhandledrejection', ({ reason }) => send({ type: 'end', error: String(reason) }));

async function run(name: string): Promise<void> {
  // They must be loaded after the clock is installed.
  const [{ demonstrations }, { DemonstrationRun }] = await Promise.all([import('./catalog.ts'), import('./run.ts')]);
  const demonstration = demonstrations[name];
  if (demonstration === undefined) throw new Error(`There is no demonstration ${name}.`);

  let atWork = 0;
  /** Time goes on once the clients have had the responses. */
  const goOn = afterMessages(() => {
    if (atWork === 0) clock.speed = demonstration.speed;
  });
  const running = new DemonstrationRun(demonstration, {
    now: () => clock.now(),
    holding: (fetch) => async (input, init) => {
      atWork += 1;
      clock.speed = 0;
      try {
        return await fetch(input, init);
      } finally {
        atWork -= 1;
        goOn();
      }
    },
  });
  globalThis.fetch = running.fetch;

  const report = () =>
    send({
      type: 'progress',
      elapsed: running.runs[0]?.elapsed ?? 0,
      clients: running.runs.map((run) => demonstration.view(run)),
    });
  const timer = real.setInterval(report, 80);
  goOn();
  await running.run().finally(() => real.clearInterval(timer));
  report();
}
