import type { Client } from '@example/sdk';
import { find } from './find.ts';

const send = find('burst-send', HTMLButtonElement);
const cancel = find('burst-cancel', HTMLButtonElement);
const result = find('burst-result', HTMLElement);

/**
 * Makes more calls at once than the rate limit allows. The client queues those that have to wait, and none are refused.
 */
export function sendBurst(client: Client): void {
  let controller: AbortController | undefined;

  send.addEventListener('click', () => {
    controller = new AbortController();
    void burst(client, controller.signal);
  });
  cancel.addEventListener('click', () => controller?.abort());
}

async function burst(client: Client, signal: AbortSignal): Promise<void> {
  send.disabled = true;
  cancel.disabled = false;
  result.textContent = '';
  const calls = Array.from({ length: 40 }, (_, page) =>
    client.projects.list({ per_page: 1, page: page + 1 }, { signal }),
  );
  const outcomes = await Promise.allSettled(calls);
  send.disabled = false;
  cancel.disabled = true;

  const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
  const rest = outcomes.length - answered;
  result.textContent = `${answered} answered${rest === 0 ? '' : `, ${rest} ${signal.aborted ? 'cancelled' : 'failed'}`}.`;
}
