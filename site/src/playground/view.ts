import { find } from '../page/find.ts';
import { outline, type Tone, tones, toneOf } from './cells.ts';
import type { Level, Report, ShownDelivery, ShownRequest } from './messages.ts';

/** What a run shows. */
export class View {
  readonly #root: HTMLElement;
  readonly #requests = new Map<string, HTMLDetailsElement>();
  readonly #deliveries = new Map<string, HTMLDetailsElement>();
  /** How each request went. */
  readonly #tones = new Map<string, Tone>();
  #waiting = 0;
  #elapsed = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** How a run ended, and how long it took. Of a scene, docs/benchmarks.md says that, and its title what is simulated. */
  summary(outcome: string): string {
    const isScene = this.#root.dataset.scene !== undefined;
    if (isScene && outcome === 'Stopped') this.print('log', `Stopped after ${this.#count('good')} of 300`);
    if (isScene || this.#elapsed < 100) return outcome;
    return `${outcome} in ${durationOf(Math.floor(this.#elapsed / 100) / 10)} (simulated)`;
  }

  clear(): void {
    for (const name of ['Console', 'Requests', 'Deliveries']) this.#part(name).replaceChildren();
    for (const each of [this.#requests, this.#deliveries, this.#tones]) each.clear();
    [this.#waiting, this.#elapsed] = [0, 0];
    this.#figure('left', '–');
    this.draw();
  }

  print(level: Level, text: string): void {
    this.#part('Console').append(Object.assign(element('span', `${text}\n`), { className: level }));
  }

  show({ budget, elapsed, requests, deliveries }: Extract<Report, { type: 'state' }>): void {
    this.#elapsed = elapsed;
    this.#waiting = budget?.waiting ?? 0;
    if (budget) this.#figure('left', `${budget.remaining} of ${budget.limit}`);
    for (const request of requests) this.#showRequest(request);
    for (const delivery of deliveries) this.#showDelivery(delivery);
    this.draw();
  }

  draw(): void {
    const cells = [...this.#tones.values(), ...Array<Tone>(this.#waiting).fill('waiting')];
    for (const [minute, sent] of this.#root.querySelectorAll('.minutes b').entries())
      sent.textContent = `${cells.slice(100 * minute, 100 * minute + 100).filter((cell) => cell !== 'waiting').length} sent`;
    for (const tone of tones) this.#root.querySelector(`.minutes .${tone}`)?.setAttribute('d', outline(tone, cells));
    this.#figure('answered', String(this.#count('good')));
    this.#figure('waiting', String(this.#waiting));
    this.#figure('refused', String(this.#count('warning')));
    for (const [name, { size }] of [
      ['Requests', this.#requests],
      ['Deliveries', this.#deliveries],
    ] as const)
      find(this.#root, `[data-count="${name}"]`).textContent = size === 0 ? '' : String(size);
  }

  #count(tone: Tone): number {
    return [...this.#tones.values()].filter((each) => each === tone).length;
  }

  #figure(name: string, text: string): void {
    find(this.#root, `[data-figure="${name}"]`).textContent = text;
  }

  #showRequest({ id, method, target, status, state, body, response }: ShownRequest): void {
    const sent = body === undefined ? [] : [element('div', `→ ${JSON.stringify(body, undefined, 2)}`)];
    const line = lineOf(id, this.#requests, this.#part('Requests'));
    line.replaceChildren(
      element('summary', `${status ?? state} ${method.padEnd(4)} ${target}`),
      ...sent,
      element('div', response === undefined ? 'no response yet' : `← ${JSON.stringify(response, undefined, 2)}`),
    );
    if (status !== undefined && status >= 400) line.className = 'error';
    this.#tones.set(id, toneOf({ state, status }));
  }

  #showDelivery({ id, event, status, tries, body }: ShownDelivery): void {
    const line = lineOf(id, this.#deliveries, this.#part('Deliveries'));
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
  // The strings of JSON, but not its names, have the color that they have in the editor.
  for (const part of text.split(/("[^"\n]*":?)/)) {
    const string = document.createElement('samp');
    string.textContent = part;
    created.append(part.endsWith('"') ? string : part);
  }
  return created;
}

/** A time as one says it, such as `1 min 58 s`. */
const durationOf = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
