import { createHash } from 'node:crypto';
import { verifyWebhook } from '@example/sdk/webhooks';
import type { Sandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { explainSignature } from '../../../src/dashboard/webhooks/signature.ts';
import { html } from '../../support/dashboard.ts';
import { sandboxWithWebhook } from '../../support/webhook.ts';

async function explained(sandbox: Sandbox, data: unknown) {
  const { id } = sandbox.webhooks.sendTest('we_123', 'user.created', data);
  await sandbox.webhooks.flush();
  const delivery = sandbox.webhooks.deliveries.find((candidate) => candidate.id === id)!;
  const attempt = delivery.attempts[0]!;
  return { delivery, attempt, explain: () => explainSignature(attempt, delivery) };
}

test('the explanation is what a receiver verifies', async () => {
  const { sandbox } = sandboxWithWebhook(204);
  const { delivery, attempt, explain } = await explained(sandbox, { name: "O'Neil ü" });
  const { content, bodyBytes, bodySha256 } = await explain();
  const { secret } = sandbox.webhooks.endpoints[0]!;

  await verifyWebhook(delivery.body, attempt.requestHeaders, secret);
  expect(content).toBe(`${delivery.message}.${attempt.requestHeaders['webhook-timestamp']}.${delivery.body}`);
  expect(await html(sandbox, `/deliveries/${delivery.id}`)).toContain('How it was signed');
  expect(bodyBytes).toBe(Buffer.byteLength(delivery.body));
  expect(bodySha256).toBe(createHash('sha256').update(delivery.body).digest('hex'));
});
