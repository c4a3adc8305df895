import { createHmac, timingSafeEqual } from 'node:crypto';
import { sign as signOctokit, verify as verifyOctokit } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { loadWebhooks } from '../shared/sdk.ts';

const sdk = await loadWebhooks();

const secret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;

/** How each contestant verifies the body and parses it. Keys are prepared beforehand if its API allows that. */
export async function contestants(body: string): Promise<Record<string, () => unknown>> {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const now = new Date();
  const standard = new StandardWebhook(secret);
  const svix = new SvixWebhook(secret);
  const headers = {
    'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': standard.sign('msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', now, body),
  };
  const stripeHeader = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
  const octokitSignature = await signOctokit(secret, body);

  const octokit = async () => {
    if (!(await verifyOctokit(secret, body, octokitSignature))) throw new Error('The signature does not match.');
  };
  // What you might write yourself: it checks neither the headers, nor the time, nor a second signature.
  const byHand = () => {
    const head = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
    const expected = createHmac('sha256', key).update(head).update(body).digest();
    const given = Buffer.from(headers['webhook-signature'].slice('v1,'.length), 'base64');
    if (!timingSafeEqual(expected, given)) throw new Error('The signature does not match.');
  };
  const parse = () => JSON.parse(body) as unknown;

  return {
    '@example/sdk, verifyWebhookSync': () => sdk.verifyWebhookSync(body, headers, secret),
    '@example/sdk, verifyWebhook': () => sdk.verifyWebhook(body, headers, secret),
    standardwebhooks: () => standard.verify(body, headers),
    svix: () => (svix.verify(body, headers), parse()),
    stripe: () => Stripe.webhooks.constructEvent(body, stripeHeader, secret),
    '@octokit/webhooks-methods': async () => (await octokit(), parse()),
    'node:crypto, by hand': () => (byHand(), parse()),
  };
}
