import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';

/**
 * A sandbox whose webhook `we_123` gets these statuses in turn; the last one repeats. Failed deliveries aren't retried.
 */
export function sandboxWithWebhook(
  statuses: readonly number[],
  options: SandboxOptions = {},
): { sandbox: Sandbox; bodies: string[] } {
  const bodies: string[] = [];
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: (_, { body }) => {
        bodies.push(body as string); // The sandbox sends text.
        const status = statuses[Math.min(bodies.length, statuses.length) - 1] ?? 204;
        return Promise.resolve(
          new Response(status === 204 ? null : '<b>no</b>', { status, headers: { 'X-Reason': '<i>' } }),
        );
      },
    },
    ...options,
  });
  return { sandbox, bodies };
}
