import type { Client } from '@example/sdk';
import { find } from './find.ts';

const gauge = find('gauge', HTMLElement);
const left = find('gauge-left', HTMLElement);
const ofLimit = find('gauge-limit', HTMLElement);
const fullAgain = find('gauge-reset', HTMLElement);
const queue = find('queue', HTMLElement);
const queueCount = find('queue-count', HTMLElement);
const queueNext = find('queue-next', HTMLElement);

/** Shows how much of the token's budget is left, and how many calls wait for the next window. */
export function showRateLimit(client: Client): void {
  const draw = () => {
    const snapshot = client.rateLimit;
    if (snapshot === undefined) return;
    const { remaining, limit, reset, waiting } = snapshot;
    // `reset` is on the API's clock, which may differ from this computer's. The client accounts for that when it paces
    // calls.
    const seconds = reset === undefined ? 0 : Math.max(0, Math.ceil(reset - Date.now() / 1000));
    drawGauge(remaining, limit, seconds);
    drawQueue(waiting, seconds);
  };

  client.on('request', draw).on('response', draw).on('rateLimitWait', draw);
  // Time also passes between two events.
  setInterval(draw, 250);
  draw();
}

function drawGauge(remaining: number, limit: number, seconds: number): void {
  const share = remaining / limit;
  gauge.dataset['level'] = share === 0 ? 'none' : share < 0.2 ? 'bad' : share < 0.5 ? 'fair' : 'good';
  gauge.style.setProperty('--share', String(100 * share));
  gauge.ariaValueMax = String(limit);
  gauge.ariaValueNow = String(remaining);
  gauge.ariaValueText = `${remaining} of ${limit} requests left`;
  left.textContent = String(remaining);
  ofLimit.textContent = `of ${limit} left`;
  fullAgain.textContent = seconds > 0 ? `Full again in ${seconds} s` : '';
}

function drawQueue(waiting: number, seconds: number): void {
  queueCount.textContent = String(waiting);
  while (queue.childElementCount > waiting) queue.lastElementChild?.remove();
  while (queue.childElementCount < waiting) queue.append(document.createElement('i'));
  queueNext.textContent =
    waiting === 0
      ? 'Calls are sent immediately.'
      : seconds > 0
        ? `The next calls go out in ${seconds} s.`
        : 'The next calls are going out.';
}
