import type { Child } from 'hono/jsx';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import { isOnPurpose, reasonOf } from '../../state/reasons.ts';
import { Address } from '../parts/address.tsx';
import { Pill, Row, Time, type Tone } from '../parts/components.tsx';
import { latencyText } from '../parts/numbers.ts';

/** Whether a request did not end as its caller wanted. */
export function isFailure(request: RecordedRequest): boolean {
  const { state, status = 0 } = request;
  return state === 'completed' ? status >= 400 || isOnPurpose(request) : state !== 'pending';
}

export const requestTable = {
  of: 'requests',
  heads: ['Status', 'Method', 'Path', 'Reason', 'Took', 'Received'],
};

/** How a request ended, in a word. */
export function requestOutcome(request: RecordedRequest): readonly [Tone, string] {
  const { state, status } = request;
  const tone = state === 'completed' ? toneOf(status) : state === 'pending' ? 'plain' : 'fair';
  const text = state === 'completed' ? String(status) : state === 'cut' ? `${status} cut` : state;
  return [isOnPurpose(request) ? 'injected' : tone, text];
}

export function toneOf(status: number | undefined): Tone {
  if (status === undefined || status >= 500) return 'bad';
  if (status === 429) return 'refused';
  return status < 400 ? 'good' : 'fair';
}

/** How a request of a method and a path ended, and why. The reason of a 429 is how long to wait, which differs. */
function endOf(request: RecordedRequest, path: string): string {
  const [, outcome] = requestOutcome(request);
  return `${outcome} ${request.method} ${path} ${outcome === '429' ? '' : reasonOf(request)}`;
}

const routeOf = ({ path }: RecordedRequest) => path.replace(/^(\/v1\/\w+)\/.+/, '$1/{id}');

/** The requests, those of a route that ended alike once: the latest, what all their targets have, and how many they are. */
export function collapsed(newestFirst: readonly RecordedRequest[]) {
  const groups = Map.groupBy(newestFirst, (request) => endOf(request, routeOf(request)));
  return [...groups.values()].flatMap(([latest, ...others]) => {
    if (latest === undefined) return [];
    const { target, path } = latest;
    const common = [target, path].find((each) => others.every((other) => other.target === each || other.path === each));
    return [{ request: latest, target: common ?? routeOf(latest), times: others.length + 1 }];
  });
}

/** The requests in order; those that follow each other and are the same are together. */
export function runs(requests: readonly RecordedRequest[]) {
  const found: { end: string; request: RecordedRequest; all: RecordedRequest[] }[] = [];
  for (const request of requests) {
    const end = endOf(request, request.target);
    const run = found.at(-1);
    if (run?.end === end) run.all.push(request);
    else found.push({ end, request, all: [request] });
  }
  return found;
}

/** A reason that says until when a 429 holds: for how long is true only at first. */
export function untilReset(reason: string, { response }: RecordedRequest): Child {
  const [before, after] = reason.split(/\. Try again in \d+ s/);
  if (after === undefined) return reason;
  return [before, ' until ', <Time at={Number(response?.headers['x-ratelimit-reset']) * 1000} />, after];
}

interface Props {
  request: RecordedRequest;
  target?: string;
  times?: number;
  href: string;
  selected?: boolean;
  /** The rows of the several, which the row shows when it is opened. */
  children?: Child;
}

/** One of several that ended alike: which one, and only what differs. */
export function Repeat({ request, nth, note, ...link }: Props & { nth: string; note: string }) {
  const { id, duration, received_at } = request;
  return (
    <Row id={`row-${id}`} tone="plain" {...link}>
      <span class="hint">{nth}</span>
      <span class="differs">
        {note} <code class="hint">{id.slice(0, 12)}</code>
      </span>
      <span class="extra">{duration === undefined ? '' : latencyText(duration)}</span>
      <Time at={received_at} />
    </Row>
  );
}

/** A request in a list, or several that ended alike: how it ended, and why. */
export function RequestRow({ request, target = request.target, times = 1, href, selected, children }: Props) {
  const { id, method, duration, received_at } = request;
  const [tone, status] = requestOutcome(request);
  const cells = (
    <>
      <Pill tone={tone}>{times === 1 ? status : `${status} ×${times}`}</Pill>
      <span class="kind">{method}</span>
      <span class="subject">
        <Address of={target} />
      </span>
      <span class="reason">{untilReset(reasonOf(request, '\n'), request)}</span>
      <span class="extra">{duration === undefined ? '' : latencyText(duration)}</span>
      <Time at={received_at} />
    </>
  );
  if (children === undefined) {
    return (
      <Row id={`row-${id}`} tone={tone} href={href} selected={selected}>
        {cells}
      </Row>
    );
  }
  return (
    <li>
      <details id={`run-${id}`} open={selected}>
        <summary class={`row ${tone}`}>{cells}</summary>
        <ol class="rows">{children}</ol>
      </details>
    </li>
  );
}
