import { expect, it } from 'vitest';
import { obstacle, withExamples, withoutExamples } from '../../site/build/examples.ts';
import { fromHash } from '../../site/src/playground/address.ts';
import { codeBlocks } from '../guides/support/code-blocks.ts';
import { examplesOf, outcomes, pagesWithExamples } from './support/examples.ts';

it('keeps the code of each guide within the 72 columns that a page shows', () => {
  const long = codeBlocks.flatMap(({ name, code }) =>
    code.split('\n').flatMap((line) => (line.length > 72 ? [`${name}: ${line}`] : [])),
  );

  expect(long).toEqual([]);
});

it('runs each example of a guide in a page, but those that need more than a page', () => {
  const obstacles = pagesWithExamples.flatMap((page) =>
    examplesOf(page.file).map(({ name, code }) => [name, obstacle(page, code)] as const),
  );

  expect(obstacles.flatMap(([name, reason]) => (reason === undefined ? [name] : [])).toSorted()).toEqual(
    Object.keys(outcomes).toSorted(),
  );
  const reasons = Map.groupBy(obstacles, ([, reason]) => reason);
  const names = Array.from(reasons, ([reason, each]) => [reason, each.map(([name]) => name)]);
  expect(Object.fromEntries(names.filter(([reason]) => reason !== undefined))).toMatchInlineSnapshot(`
    {
      "@example/sdk/otel": [
        "docs/observability.md: OpenTelemetry, 1",
        "docs/observability.md: OpenTelemetry, 2",
      ],
      "@example/sdk/sqlite": [
        "docs/rate-limits.md: Several processes, several machines, 2",
      ],
      "@jest/globals": [
        "docs/testing.md: In Jest, 1",
      ],
      "express": [
        "README.md: Webhooks, 1",
        "docs/webhooks.md: Webhooks, 1",
      ],
      "msw": [
        "sandbox/README.md: With msw, 1",
      ],
      "network": [
        "docs/networks.md: With undici, 2",
        "docs/networks.md: With undici, 3",
        "docs/networks.md: Certificates of your own, 2",
        "docs/networks.md: Unix sockets, 1",
        "docs/networks.md: Next.js, 1",
        "docs/networks.md: Next.js, 2",
        "docs/networks.md: Cloudflare service bindings, 1",
      ],
      "node:crypto": [
        "docs/webhooks.md: Another signature scheme, 1",
      ],
      "node:http": [
        "docs/webhooks.md: Handlers that take long, 1",
      ],
      "pino": [
        "docs/observability.md: Logging, 1",
      ],
      "redis": [
        "README.md: Rate limits, 2",
        "docs/tasks.md: Share a token among services, 1",
        "docs/rate-limits.md: Several processes, several machines, 1",
        "docs/webhooks.md: Handle each event once, 1",
      ],
      "server": [
        "docs/webhooks.md: On Node.js, 1",
        "docs/webhooks.md: On Node.js, 2",
        "docs/webhooks.md: On Node.js, 3",
        "docs/webhooks.md: On Node.js, 4",
        "docs/webhooks.md: On Node.js, 5",
        "docs/webhooks.md: On Node.js, 6",
        "docs/webhooks.md: On Node.js, 7",
        "docs/webhooks.md: On Node.js, 8",
        "docs/webhooks.md: With Request and Response, 1",
        "docs/webhooks.md: With Request and Response, 2",
        "docs/webhooks.md: With Request and Response, 3",
        "docs/webhooks.md: With Request and Response, 4",
        "docs/webhooks.md: With Request and Response, 5",
        "docs/webhooks.md: With Request and Response, 6",
        "docs/webhooks.md: With Request and Response, 7",
        "docs/webhooks.md: With Request and Response, 8",
        "docs/webhooks.md: With Request and Response, 9",
        "docs/webhooks.md: With Request and Response, 10",
        "docs/webhooks.md: With Request and Response, 11",
        "docs/webhooks.md: With Request and Response, 12",
        "docs/webhooks.md: With Request and Response, 13",
        "docs/webhooks.md: In the cloud, 1",
        "docs/webhooks.md: In the cloud, 2",
        "docs/webhooks.md: In the cloud, 3",
        "docs/testing.md: With msw, 1",
        "sandbox/README.md: @example/sandbox, 2",
      ],
      "vitest": [
        "docs/testing.md: A token for each test, 1",
        "docs/testing.md: With the sandbox, 2",
        "docs/testing.md: Make a request fail, 1",
        "docs/testing.md: Receive a webhook, 1",
        "docs/testing.md: With a fake fetch, 1",
        "docs/testing.md: With fake timers, 1",
      ],
      "zod": [
        "docs/endpoints.md: Other endpoints, 1",
      ],
    }
  `);
});

it('puts the whole program into a link, and takes the link out of the Markdown', () => {
  const page = { address: 'guides/retries', file: 'docs/retries.md' };
  const markdown = '# Retries\n\n```ts\nawait client.users.create(params);\n```\n\nMore.\n';
  const content = withExamples(page, markdown, '/js-sdk/');

  const [, hash = ''] = /href="\/js-sdk\/playground\/(#[^"]+)"/.exec(content) ?? [];
  expect(fromHash(hash)).toMatch(
    /^import { Client, type UserCreateParams }[^]+\nawait client\.users\.create\(params\);$/,
  );
  expect(withoutExamples(content)).toBe(markdown);
});

it('leaves a page alone whose code is no example', () => {
  const page = { address: 'project/changelog', file: 'CHANGELOG.md' };
  const markdown = '```ts\nawait client.users.create(params);\n```\n';

  expect(withExamples(page, markdown, '/js-sdk/')).toBe(markdown);
});
