import type { Fault, Sandbox } from '@example/sandbox';
import type { Trouble } from './messages.ts';

/** Makes go wrong what is switched on. Returns what ends it, and leaves faults of the program alone. */
export function startTrouble({ faults }: Pick<Sandbox, 'faults'>, trouble: Trouble): () => void {
  const armed = faultsOf(trouble).map((fault) => faults.next(fault));
  return () => {
    for (const { id } of armed) faults.remove(id);
  };
}

/** A request gets the first fault that matches it, so each has the latency, too. */
function faultsOf({ faults, latency, outage }: Trouble): Fault[] {
  const delay = latency ? { latency: 800 } : {};
  return [
    ...(outage ? [{ status: 503, share: 1, ...delay }] : []),
    ...(faults ? [{ status: 500, share: 0.2, ...delay }] : []),
    ...(latency ? [{ share: 1, ...delay }] : []),
  ];
}
