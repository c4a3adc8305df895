import type { Child } from 'hono/jsx';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import { isCorrupted, reasonOf } from '../../state/reasons.ts';
import { Path } from '../parts/address.tsx';
import { Pill, Row, Rows, Time, type Tone } from '../parts/components.tsx';
import { latencyText, number } from '../parts/numbers.ts';

/** Whether a request did not end as its caller wanted. */
export function isFailure(request: RecordedRequest): boolean {
  const { state, status = 0 } = request;
  return state === 'completed' ? status >= 400 || isCorrupted(request) : state !== 'pending';
}

const tones = { pending: 'plain', aborted: 'fair', reset: 'bad', cut: 'bad' } as const;

/** How a request ended, in a word. */
export function requestOutcome(request: RecordedRequest): readonly [Tone, string] {
  const { state, status } = request;
  if (state === 'completed') return [isCorrupted(request) ? 'fair' : toneOf(status), String(status)];
  return [tones[state], state === 'cut' ? `${status} cut` : state];
}

/** The tone of an HTTP status. */
export function toneOf(status: number | undefined): Tone {
  if (status === undefined || status >= 500) return 'bad';
  if (status === 429) return 'refused';
  return status < 400 ? 'good' : 'fair';
}

/** The requests, those that ended alike once: with the latest of them, and how many they are. */
export function collapsed(newestFirst: readonly RecordedRequest[]): readonly (readonly [RecordedRequest, number])[] {
  const groups = Map.groupBy(newestFirst, (request) => {
    const [, outcome] = requestOutcome(request);
    const route = request.path.replace(/^(\/v1\/\w+)\/.+/, '$1/{id}');
    return outcome === '429' ? outcome : `${outcome} ${request.method} ${route} ${reasonOf(request)}`;
  });
  return [...groups.values()].flatMap(([latest, ...others]) => (latest ? [[latest, others.length + 1] as const] : []));
}

/** A list of requests. */
export function RequestRows({ label, children }: { label: string; children?: Child }) {
  const heads = ['Status', 'Method', 'Path', 'Reason', 'Took', 'Budget', 'Received'];
  return (
    <Rows of="requests" label={label} heads={heads}>
      {children}
    </Rows>
  );
}

/** A request in a list, or several that ended alike: how it ended, and why. */
export function RequestRow({
  request,
  times = 1,
  href,
  selected = false,
}: {
  request: RecordedRequest;
  times?: number;
  href: string;
  selected?: boolean;
}) {
  const { id, method, target, duration, received_at, remaining } = request;
  const [tone, status] = requestOutcome(request);
  return (
    <Row id={`row-${id}`} tone={tone} href={href} selected={selected}>
      <Pill tone={tone}>{times === 1 ? status : `${status} ×${times}`}</Pill>
      <span class="kind">{method}</span>
      <span class="subject">
        <Path of={target} />
      </span>
      <span class="reason">{reasonOf(request)}</span>
      <span class="extra">{duration === undefined ? '' : latencyText(duration)}</span>
      <span class="extra">{remaining === undefined ? '' : `${number(remaining)} left`}</span>
      <Time at={received_at} />
    </Row>
  );
}
