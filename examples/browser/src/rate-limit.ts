import type { Client } from '@example/sdk';
import { find } from './find.ts';

const meter = find('limit', HTMLMeterElement);
const left = find('limit-left', HTMLElement);
const next = find('limit-next', HTMLElement);

/** Shows how much of the token's limit is left, and how many calls wait for the next window. */
export function showRateLimit(client: Client): void {
  const draw = () => {
    if (client.rateLimit === undefined) return;
    const { remaining, limit, reset, waiting } = client.rateLimit;
    // `reset` is on the API's clock, which may differ from this computer's. The client accounts for that when it paces
    // calls.
    const seconds = reset === undefined ? 0 : Math.max(0, Math.ceil(reset - Date.now() / 1000));
    Object.assign(meter, { max: limit, low: limit / 5, high: limit / 2, optimum: limit, value: remaining });
    left.textContent = `${remaining} of ${limit} requests left`;
    next.textContent = waiting === 0 ? 'No call waits.' : `${waiting} calls wait, for ${seconds} s.`;
  };

  client.on('request', draw).on('response', draw).on('rateLimitWait', draw);
  // Time also passes between two events.
  setInterval(draw, 250);
  draw();
}
