import { find } from '../page/find.ts';
import { heightOf, pathOfPlaces, pathsOfBars, pathsOfCells, tones, xOf } from './drawing.ts';
import type { Report, Tone, View } from './view.ts';

/** Connects the card of a demonstration with a worker that runs it. */
export function startCard(root: HTMLElement): void {
  const run = find(root, 'button', HTMLButtonElement);
  const action = find(root, 'button > span', HTMLElement);
  const status = find(root, '[role="status"]', HTMLElement);
  const isStill = matchMedia('(prefers-reduced-motion: reduce)');
  let worker: Worker | undefined;

  function end(outcome: string): void {
    worker?.terminate();
    worker = undefined;
    root.dataset.state = 'ended';
    action.textContent = 'Run again';
    status.textContent = outcome;
  }

  function start(): void {
    root.dataset.state = 'running';
    action.textContent = 'Stop';
    status.textContent = 'Running …';
    draw(root, [], 0);
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker = started;
    let last: Extract<Report, { type: 'progress' }> | undefined;
    started.addEventListener('error', ({ message }: Partial<ErrorEvent>) => {
      if (worker === started) end(`The demonstration failed: ${message ?? 'its code could not be loaded.'}`);
    });
    started.addEventListener('message', ({ data }: MessageEvent<Report>) => {
      if (worker !== started) return;
      if (data.type === 'progress') {
        last = data;
        if (!isStill.matches) draw(root, data.clients, data.elapsed);
        return;
      }
      if (last) draw(root, last.clients, last.elapsed);
      const took = ((last?.elapsed ?? 0) / 1000).toFixed(0);
      end(
        data.error === undefined ? `Done, after ${took} s of virtual time.` : `The demonstration failed: ${data.error}`,
      );
    });
    started.postMessage(root.dataset.name);
  }

  run.addEventListener('click', () => {
    if (worker) end('Stopped.');
    else start();
  });
  if (root.dataset.autorun !== undefined) runOnceSeen(root, run);
}

/** Presses a button when something is seen for the first time. A phone, or someone who wants no motion, is asked. */
export function runOnceSeen(root: HTMLElement, run: HTMLButtonElement): void {
  if (matchMedia('(pointer: coarse), (prefers-reduced-motion: reduce)').matches) return;
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      // Whoever has pressed it before does not want it to stop.
      if (root.dataset.state !== 'running') run.click();
    },
    { rootMargin: '-15% 0px' },
  );
  observer.observe(root);
}

/** Shows what the clients have done. */
function draw(root: HTMLElement, clients: readonly View[], elapsed: number): void {
  const grid = { columns: Number(root.dataset.columns), rows: Number(root.dataset.rows) };
  const span = Math.max(Number(root.dataset.span), elapsed);
  for (const clock of root.querySelectorAll('.clock')) clock.textContent = `${(elapsed / 1000).toFixed(1)} s`;
  for (const end of root.querySelectorAll('.span-end')) end.textContent = `${Math.round(span / 1000)} s`;
  const peaks = clients[0]?.charts.map((_, index) =>
    Math.max(1, ...clients.flatMap(({ charts }) => (charts[index] ?? []).map(heightOf))),
  );
  for (const band of root.querySelectorAll<SVGRectElement>('rect.band')) {
    const [from, to] = [Number(band.dataset.from), Number(band.dataset.to)];
    band.setAttribute('x', String(xOf(from, span)));
    band.setAttribute('width', String(xOf(to - from, span)));
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-client]')) {
    const client = clients[Number(element.dataset.client)];
    const cells = client?.cells ?? [];
    for (const box of element.querySelectorAll<SVGElement>('.cells')) {
      setPaths(box, pathsOfCells(cells, grid));
      box.querySelector('.place')?.setAttribute('d', pathOfPlaces(cells.length, grid));
    }
    for (const [number, chart] of element.querySelectorAll<SVGElement>('.chart').entries()) {
      setPaths(chart, pathsOfBars(client?.charts[number] ?? [], span, peaks?.[number] ?? 1));
    }
    for (const place of element.querySelectorAll<HTMLElement>('[data-measure]')) {
      const figure = client?.figures[Number(place.dataset.measure)];
      place.textContent = figure?.text ?? '–';
      place.classList.toggle('bad', figure?.isBad === true);
      place.classList.toggle('text', (figure?.text.length ?? 0) > 12);
    }
  }
}

export function setPaths(svg: SVGElement, paths: Readonly<Record<Tone, string>>): void {
  for (const tone of tones) svg.querySelector(`.${tone}`)?.setAttribute('d', paths[tone]);
}
