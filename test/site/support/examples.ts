import { pages } from '../../../site/build/pages.ts';
import { type CodeBlock, codeBlocks } from '../../guides/support/code-blocks.ts';

/** The blocks of TypeScript of a page of the site. */
export const examplesOf = (file: string): CodeBlock[] =>
  codeBlocks.filter(({ guide, language }) => guide === file && language === 'ts');

/** The pages that have such blocks. */
export const pagesWithExamples = pages.filter(({ file }) => !file.startsWith('site/') && examplesOf(file).length > 0);

interface Outcome {
  readonly requests: number;
  /** Parts of what the console prints, or of the list of deliveries. */
  readonly shows?: readonly string[];
}

const call = 'so the playground does: client.projects.list()';
const event = 'so the playground sends it one: user.created';
const created = 'delivered user.created, 1 attempt';

/** What each example does that can run in a page. */
export const outcomes: Readonly<Record<string, Outcome>> = {
  'README.md: Quick start, 1': { requests: 2, shows: ['Website migration', created] },
  'README.md: Quick start, 2': { requests: 1, shows: [call] },
  'README.md: Lists, 1': { requests: 8, shows: ['Website migration', 'saved ', '50 100'] },
  'README.md: Rate limits, 1': { requests: 3 },
  'README.md: Testing, 1': { requests: 1, shows: [call] },
  'README.md: Errors and retries, 1': { requests: 1 },
  'docs/browsers.md: In a browser, 1': { requests: 1, shows: [call] },
  'docs/endpoints.md: Headers and raw responses, 1': { requests: 2, shows: ['user_123'] },
  'sandbox/README.md: Tests, 1': { requests: 0 },
  'sandbox/README.md: Parallel tests, 1': { requests: 6, shows: ['InternalServerError: This failure was requested'] },
  'sandbox/README.md: Webhooks, 1': { requests: 1, shows: [created] },
  'docs/errors.md: Errors, 1': { requests: 1, shows: [created] },
  'docs/observability.md: Events, logging and tracing, 1': { requests: 1, shows: [call, '"outcome": "success"'] },
  'docs/observability.md: Add a header to each attempt, 1': { requests: 1, shows: [call] },
  'docs/options.md: Options, 1': { requests: 2 },
  'docs/pagination.md: Lists, 1': { requests: 13, shows: ['Website migration', 'saved '] },
  'docs/pagination.md: Each item exactly once, 1': { requests: 1, shows: [call] },
  'docs/pagination.md: Go on where you stopped, 1': { requests: 1, shows: ['saved '] },
  'docs/pagination.md: Go on where you stopped, 2': { requests: 2, shows: ['"name": "Website migration"'] },
  'docs/pagination.md: Pages, 1': { requests: 3, shows: ['Website migration'] },
  'docs/rate-limits.md: Rate limits, 1': { requests: 3 },
  'docs/rate-limits.md: Options, 1': { requests: 1, shows: [call] },
  'docs/rate-limits.md: See where you stand, 1': { requests: 1, shows: [call] },
  'docs/rate-limits.md: Let urgent calls go first, 1': { requests: 1 },
  'docs/rate-limits.md: Ask for the same thing once, 1': { requests: 1, shows: [call] },
  'docs/rate-limits.md: With another database, 1': { requests: 0 },
  'docs/retries.md: Retries and timeouts, 1': { requests: 2, shows: [created] },
  'docs/retries.md: Timeouts and cancellation, 1': { requests: 1 },
  'docs/retries.md: Veto a retry, 1': { requests: 1, shows: [call] },
  'docs/retries.md: Idempotency keys, 1': { requests: 1, shows: [created] },
  'docs/tasks.md: Sync every project each night, 1': { requests: 2, shows: ['saved '] },
  'docs/tasks.md: Import ten thousand users, 1': { requests: 1, shows: [created] },
  'docs/tasks.md: Use a token that expires, 1': { requests: 1 },
  'docs/tasks.md: Test without a network, 1': { requests: 2 },
  'docs/webhooks.md: Webhooks, 2': { requests: 0 },
  'docs/webhooks.md: In your server, 1': { requests: 0, shows: [event, created] },
  'docs/webhooks.md: Handlers, 1': {
    requests: 0,
    shows: ['Welcome, john@example.com', 'audited user.created', created],
  },
  'docs/webhooks.md: Handlers, 2': { requests: 0, shows: ['not handled msg_', created] },
  'docs/webhooks.md: Exactly once, 1': { requests: 0, shows: ['INSERT INTO welcome_mails', created] },
  'docs/webhooks.md: Verify a request yourself, 1': { requests: 0 },
  'docs/webhooks.md: Rotate a secret, 1': { requests: 0, shows: [event, created] },
  'docs/webhooks.md: Test your endpoint, 1': { requests: 0 },
  'docs/webhooks.md: When the API changes, 1': { requests: 0, shows: [event, created] },
};
