import { fromHash, toHash } from './address.ts';
import { drawCells, type Tone, toneOf } from './cells.ts';
import { find } from '../page/find.ts';
import type { Editor } from './editor.ts';
import type { Command, Level, Report, Settings, ShownDelivery, ShownRequest } from './messages.ts';
import { startTabs } from './tabs.ts';

/**
 * Connects a playground's elements with an editor and with the worker that runs its program.
 *
 * @param code - The program, or the programs of the menu, by their names.
 * @returns A function that ends its workers and its editor.
 */
export function startPlayground(root: HTMLElement, code: string | Readonly<Record<string, string>>): () => void {
  const button = (name: string) => find(root, `[name="${name}"]`, HTMLButtonElement);
  const select = (name: string) => find(root, `[name="${name}"]`, HTMLSelectElement);
  const part = (name: string) => find(root, `[data-part="${name}"]`);
  const [run, share] = [button('run'), button('share')];
  const speed = select('speed');
  const troubles = ['faults', 'latency', 'outage'].map((name) => find(root, `[name="${name}"]`, HTMLInputElement));

  let worker: Worker | undefined;
  let isDisposed = false;
  const menu = typeof code === 'string' ? undefined : select('program');
  const chosen = () => (typeof code === 'string' ? code : (code[menu?.value ?? ''] ?? ''));
  const shared = menu && fromHash(location.hash);
  let editor: Promise<Editor> | undefined;
  const view = new View(root);
  startTabs(root);

  /** The editor is most of a page's weight, so the page is shown first. */
  function edit(): Promise<Editor> {
    editor ??= import('./editor.ts').then(({ createEditor }) => {
      part('editor').replaceChildren();
      return createEditor(part('editor'), shared ?? chosen());
    });
    return editor;
  }
  if (root.dataset.kind === 'scene') {
    button('edit').addEventListener('click', () => void edit().then(({ focus }) => focus()));
  } else void edit().catch(() => undefined);

  function end(outcome: string): void {
    worker?.terminate();
    worker = undefined;
    view.draw();
    run.textContent = 'Run';
    root.dataset.state = 'ended';
    part('status').textContent = outcome;
  }

  function couldNotStart(reason = 'its code could not be loaded.'): void {
    end(`The program could not be started: ${reason}`);
  }

  async function start(): Promise<void> {
    view.clear();
    root.dataset.state = 'running';
    part('status').textContent = 'Running …';
    part('shared').textContent = '';
    run.textContent = 'Stop';
    const program = editor ? (await editor).code : chosen();
    if (isDisposed || worker) return;
    const started = new Worker(new URL('./runner.ts', import.meta.url), { type: 'module' });
    worker = started;
    let reported = false;
    started.addEventListener('error', ({ message }: Partial<ErrorEvent>) => {
      if (worker !== started) return;
      if (reported) {
        view.print('error', message ?? 'Unknown error');
        end(`Failed. ${view.summary}`);
      } else couldNotStart(message);
    });
    started.addEventListener('message', ({ data }: MessageEvent<Report>) => {
      if (worker !== started) return;
      reported = true;
      if (data.type === 'console') {
        // The figures of a scene say what the SDK warns of: that calls wait.
        if (root.dataset.kind !== 'scene' || data.level !== 'warn') view.print(data.level, data.text);
      } else if (data.type === 'state') view.show(data);
      else {
        if (data.error !== undefined) view.print('error', data.error);
        end(data.error === undefined ? `Done. ${view.summary}` : `Failed. ${view.summary}`);
      }
    });
    const script = editor ? undefined : root.dataset.script;
    send({ type: 'run', code: program, script, settings: settings() });
  }

  const send = (command: Command) => worker?.postMessage(command);
  const settings = (): Settings => {
    const [faults = false, latency = false, outage = false] = troubles.map(({ checked }) => checked);
    return { speed: Number(speed.value), trouble: { faults, latency, outage } };
  };

  run.addEventListener('click', () => {
    if (worker) end(`Stopped. ${view.summary}`);
    else start().catch((error: unknown) => couldNotStart(String(error)));
  });
  // Before the editor, which would begin a new line.
  root.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      if (worker) end('');
      run.click();
    },
    { capture: true },
  );
  for (const input of [speed, ...troubles])
    input.addEventListener('change', () => send({ type: 'set', settings: settings() }));
  menu?.addEventListener('change', () => {
    void edit().then((opened) => (opened.code = chosen()));
  });
  share.addEventListener('click', () => {
    void edit().then(async ({ code }) => {
      const { href } = new URL(`${root.dataset.address ?? ''}${toHash(code)}`, location.href);
      if (menu) history.replaceState(undefined, '', href);
      const link = element('a', 'the address of this program');
      link.setAttribute('href', href);
      const copied = await copy(href);
      part('shared').replaceChildren(copied ? 'Copied ' : 'Copy ', link, copied ? '.' : ' to share it.');
    });
  });
  if (menu) {
    // Such a playground is a page of its own, and is never closed.
    addEventListener('hashchange', () => {
      const code = fromHash(location.hash);
      if (code !== undefined) void edit().then((opened) => (opened.code = code));
    });
  }
  if (shared !== undefined)
    part('status').textContent = 'This program came with the address. Read it before you run it.';

  return () => {
    isDisposed = true;
    worker?.terminate();
    worker = undefined;
    editor?.then(
      ({ dispose }) => dispose(),
      () => undefined,
    );
  };
}

/** Returns `false` if the browser refuses. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What a run shows. */
class View {
  readonly #root: HTMLElement;
  readonly #requests = new Map<string, HTMLDetailsElement>();
  readonly #deliveries = new Map<string, HTMLDetailsElement>();
  /** How each request went. */
  readonly #tones = new Map<string, Tone>();
  readonly #isStill = matchMedia('(prefers-reduced-motion: reduce)');
  #waiting = 0;
  #elapsed = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  get summary(): string {
    const seconds = (this.#elapsed / 1000).toFixed(1);
    const { size } = this.#requests;
    return `${size} ${size === 1 ? 'request' : 'requests'} in ${seconds} s of simulated time, ${this.#count('warning')} refused with 429.`;
  }

  clear(): void {
    for (const name of ['console', 'requests', 'deliveries']) this.#part(name).replaceChildren();
    for (const each of [this.#requests, this.#deliveries, this.#tones]) each.clear();
    [this.#waiting, this.#elapsed] = [0, 0];
    find(this.#root, 'meter', HTMLMeterElement).value = 0;
    this.#figure('Budget left', '–');
    this.draw();
  }

  print(level: Level, text: string): void {
    const line = element('span', `${text}\n`);
    line.className = level;
    this.#part('console').append(line);
  }

  show({ budget, elapsed, requests, deliveries }: Extract<Report, { type: 'state' }>): void {
    this.#elapsed = elapsed;
    this.#waiting = budget?.waiting ?? 0;
    if (budget) {
      const meter = find(this.#root, 'meter', HTMLMeterElement);
      [meter.max, meter.value] = [budget.limit, budget.remaining];
      this.#figure('Budget left', `${budget.remaining} of ${budget.limit}`);
    }
    for (const request of requests) this.#showRequest(request);
    for (const delivery of deliveries) this.#showDelivery(delivery);
    if (!this.#isStill.matches) this.draw();
  }

  /** A cell for each request, and for each call that waits. */
  draw(): void {
    const cells = [...this.#tones.values(), ...Array<Tone>(this.#waiting).fill('waiting')];
    drawCells(find(this.#root, '.cells', SVGElement), cells);
    this.#figure('Answered', String(this.#count('good')));
    this.#figure('Waiting', String(this.#waiting));
    this.#figure('Refused', String(this.#count('warning'))).classList.toggle('bad', this.#count('warning') > 0);
    for (const [name, { size }] of [
      ['Requests', this.#requests],
      ['Deliveries', this.#deliveries],
    ] as const)
      find(this.#root, `[data-count="${name}"]`).textContent = size === 0 ? '' : String(size);
  }

  #count(tone: Tone): number {
    return [...this.#tones.values()].filter((each) => each === tone).length;
  }

  #figure(name: string, text: string): HTMLElement {
    const place = find(this.#root, `[data-figure="${name}"]`);
    place.textContent = text;
    return place;
  }

  #showRequest({ id, method, target, status, state, body, response }: ShownRequest): void {
    const sent = body === undefined ? [] : [element('div', `→ ${JSON.stringify(body, undefined, 2)}`)];
    const line = lineOf(id, this.#requests, this.#part('requests'));
    line.replaceChildren(
      element('summary', `${status ?? state} ${method.padEnd(4)} ${target}`),
      ...sent,
      element('div', response === undefined ? 'no response yet' : `← ${JSON.stringify(response, undefined, 2)}`),
    );
    if (status !== undefined && status >= 400) line.className = 'error';
    this.#tones.set(id, toneOf({ state, status }));
  }

  #showDelivery({ id, event, status, tries, body }: ShownDelivery): void {
    const line = lineOf(id, this.#deliveries, this.#part('deliveries'));
    const text = `${status} ${event}, ${tries} ${tries === 1 ? 'attempt' : 'attempts'}`;
    // What stays the same is left alone, so that it can be selected.
    if (line.firstChild?.textContent === text) return;
    line.replaceChildren(element('summary', text), element('div', body));
  }

  #part(name: string): HTMLElement {
    return find(this.#root, `[data-part="${name}"]`);
  }
}

/** The line of a list that shows the request or delivery with this id: a new one at the end, unless there is one. */
function lineOf(id: string, known: Map<string, HTMLDetailsElement>, list: HTMLElement): HTMLDetailsElement {
  const line = known.get(id) ?? document.createElement('details');
  if (!known.has(id)) list.append(line);
  known.set(id, line);
  return line;
}

function element(name: string, text: string): HTMLElement {
  const created = document.createElement(name);
  created.textContent = text;
  return created;
}
