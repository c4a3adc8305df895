import type { RecordedRequest } from '../../state/recorded-request.ts';
import { reasonOf } from '../../state/reasons.ts';
import { Row, type Tone } from '../parts/components.tsx';
import { latencyText, number } from '../parts/numbers.ts';

/** Whether a request did not end as its caller wanted. */
export function isFailure({ state, status = 0 }: RecordedRequest): boolean {
  return state === 'completed' ? status >= 400 : state !== 'pending';
}

/** How a request ended, in a word. */
export function requestOutcome({ state, status }: RecordedRequest): readonly [Tone, string] {
  switch (state) {
    case 'pending':
      return ['plain', 'pending'];
    case 'aborted':
      return ['fair', 'aborted'];
    case 'reset':
      return ['bad', 'reset'];
    case 'cut':
      return ['bad', `${status ?? ''} cut`];
    case 'completed':
      return [toneOf(status), String(status)];
  }
}

/** The tone of an HTTP status. */
export function toneOf(status: number | undefined): Tone {
  if (status === undefined || status >= 500) return 'bad';
  if (status === 429) return 'refused';
  return status < 400 ? 'good' : 'fair';
}

/** A request in a list: how it ended, and why. */
export function RequestRow({
  request,
  href,
  selected = false,
}: {
  request: RecordedRequest;
  href: string;
  selected?: boolean;
}) {
  const { id, method, target, duration, received_at, remaining } = request;
  const [tone, status] = requestOutcome(request);
  return (
    <Row
      id={`row-${id}`}
      tone={tone}
      status={status}
      kind={method}
      reason={reasonOf(request)}
      at={received_at}
      href={href}
      selected={selected}
      more={[
        duration === undefined ? '' : latencyText(duration),
        remaining === undefined ? '' : `${number(remaining)} left`,
      ]}
      subject={target}
    />
  );
}
