import type { RecordedRequest } from '../../state/recorded-request.ts';
import { isCorrupted, reasonOf } from '../../state/reasons.ts';
import { Path } from '../parts/address.tsx';
import { Row, Time, type Tone } from '../parts/components.tsx';
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
    <Row
      id={`row-${id}`}
      tone={tone}
      status={times === 1 ? status : `${status} ×${times}`}
      kind={method}
      reason={reasonOf(request)}
      at={<Time at={received_at} />}
      href={href}
      selected={selected}
      more={[
        duration === undefined ? '' : latencyText(duration),
        remaining === undefined ? '' : `${number(remaining)} left`,
      ]}
      subject={<Path of={target} />}
    />
  );
}
