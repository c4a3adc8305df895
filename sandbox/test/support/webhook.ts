import { createSandbox, type Sandbox } from '@example/sandbox';

/**
 * A sandbox whose webhook `we_123` gets these statuses in turn; the last one stays. A delivery that failed is not repeated.
 */
export function sandboxWithWebhook(...statuses: number[]): { sandbox: Sandbox; bodies: string[] } {
  const bodies: string[] = [];
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: (_, { body }) => {
        bodies.push(body as string); // The sandbox sends text.
        const [status = 204] = statuses.length > 1 ? statuses.splice(0, 1) : statuses;
        return Promise.resolve(
          new Response(status === 204 ? null : '<b>no</b>', { status, headers: { 'X-Reason': '<i>' } }),
        );
      },
    },
  });
  return { sandbox, bodies };
}
