import type { Client } from '@example/sdk';
import { find } from './find.ts';

const gauge = find('gauge', HTMLElement);
const left = find('gauge-left', HTMLElement);
const ofLimit = find('gauge-limit', HTMLElement);
const fullAgain = find('gauge-reset', HTMLElement);
const queue = find('queue', HTMLElement);
const queueCount = find('queue-count', HTMLElement);
const queueNext = find('queue-next', HTMLElement);

/** Shows what is left of the token's budget, and the calls that wait for the next window. */
export function showRateLimit(client: Client): void {
  const draw = () => {
    const snapshot = client.rateLimit;
    if (snapshot === undefined) return;
    const { remaining, limit, reset, waiting } = snapshot;
    // By the API's clock, from which this computer's may differ; the client knows by how much, and paces by that.
    const seconds = reset === undefined ? 0 : Math.max(0, Math.ceil(reset - Date.now() / 1000));
    drawGauge(remaining, limit, seconds);
    drawQueue(waiting, seconds);
  };

  client.on('request', draw).on('response', draw).on('rateLimitWait', draw);
  // Between two events time passes too.
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
      ? 'Every call is sent at once.'
      : seconds > 0
        ? `The next go out in ${seconds} s.`
        : 'The next are going out.';
}
