/** Writes the tables of `docs/options.md` from the comments of the declarations: `npm run docs:options`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = new URL('..', import.meta.url);
const page = new URL('docs/options.md', root);

/** The tables, by the interface that they describe. */
const declarations: Readonly<Record<string, string>> = {
  ClientOptions: 'src/http/options.ts',
  RateLimitOptions: 'src/http/options.ts',
  RequestOptions: 'src/http/options.ts',
  ListOptions: 'src/pagination/list-options.ts',
  WebhooksOptions: 'src/webhooks/webhooks.ts',
};

/** The options of an interface that has many, below headings. */
const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ClientOptions: {
    Connection: 'apiToken, baseUrl, headers, fetch',
    'Time limits': 'timeout, totalTimeout, outageWait',
    Retries: 'maxRetries, shouldRetry, apiSupportsIdempotencyKeys',
    'Rate limit': 'rateLimit, priority',
    Responses: 'responseValidation, maxResponseSize',
    Logging: 'logger, logLevel',
    'What is off for safety': 'dangerouslyAllowBrowser, dangerouslyAllowHttp',
  },
};

/** The guides that say more about an option. */
const guides: Readonly<Record<string, string>> = {
  apiToken: 'tasks.md#use-a-token-that-expires',
  totalTimeout: 'retries.md#timeouts-and-cancellation',
  outageWait: 'retries.md#outages',
  maxRetries: 'retries.md',
  shouldRetry: 'retries.md#veto-a-retry',
  apiSupportsIdempotencyKeys: 'retries.md#idempotency-keys',
  idempotencyKey: 'retries.md#idempotency-keys',
  fetch: 'networks.md',
  rateLimit: 'rate-limits.md',
  store: 'rate-limits.md#several-processes-several-machines',
  priority: 'rate-limits.md#let-urgent-calls-go-first',
  responseValidation: 'errors.md#responses-that-differ-from-the-api-reference',
  logger: 'observability.md#logging',
  dangerouslyAllowBrowser: 'browsers.md',
  dangerouslyAllowHttp: 'networks.md#plain-http-in-your-own-network',
  cursor: 'pagination.md#continue-where-you-stopped',
  prefetch: 'pagination.md#read-faster',
  verify: 'webhooks.md#another-signature-scheme',
  replayStore: 'webhooks.md#handle-each-event-once',
};

/** Fills the parts of the page that are between `<!-- options:Name -->` and `<!-- /options -->`. */
export async function withOptions(text: string): Promise<string> {
  const filled = text.replace(
    /(<!-- options:(\w+) -->)[^]*?(<!-- \/options -->)/g,
    (_, start: string, name: string, end: string) => `${start}\n\n${tableOf(name)}\n\n${end}`,
  );
  return format(filled, { ...(await resolveConfig(page)), parser: 'markdown' });
}

function tableOf(name: string): string {
  const path = declarations[name] ?? '';
  const source = ts.createSourceFile(path, readFileSync(new URL(path, root), 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (!declared || !ts.isInterfaceDeclaration(declared)) throw new Error(`${path} has no interface ${name}.`);
  const rows = declared.members.map((member): [option: string, row: string] => {
    const option = member.name?.getText(source) ?? '';
    const label = guides[option] ? `[\`${option}\`](${guides[option]})` : `\`${option}\``;
    const { meaning, preset } = described(ts.getJSDocCommentsAndTags(member)[0]);
    return [option, `| ${label} | ${preset} | ${meaning} |`];
  });
  const table = (part: typeof rows) =>
    ['| option | default | meaning |', '| --- | --- | --- |', ...part.map(([, row]) => row)].join('\n');
  const parts = Object.entries(groups[name] ?? {}).map(([heading, options]) => {
    return {
      heading,
      rows: options.split(', ').map((option) => rows.find(([own]) => own === option) ?? missing(option)),
    };
  });
  const ungrouped = rows.find((row) => !parts.some((part) => part.rows.includes(row)));
  if (parts.length === 0) return table(rows);
  if (ungrouped) missing(ungrouped[0]);
  return parts.map((part) => `### ${part.heading}\n\n${table(part.rows)}`).join('\n\n');
}

function missing(option: string): never {
  throw new Error(`${option} is not declared, or in no group.`);
}

/** The first sentence of a comment, and the default that it states. */
function described(comment: ts.Node | undefined) {
  const text =
    ts
      .getTextOfJSDocComment((comment as ts.JSDoc | undefined)?.comment) // The first is the comment; tags come after it.
      ?.replaceAll(/\s+/g, ' ')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`') ?? '';
  const [meaning = ''] = /^.+?\.(?= [A-Z`]|$)/.exec(text) ?? [];
  const preset = /Default: (.+?)\.(?= [A-Z]|$)/.exec(text)?.[1] ?? '';
  return { meaning, preset: preset.replace('the environment variable ', '') };
}

if (import.meta.main) writeFileSync(page, await withOptions(readFileSync(page, 'utf8')));
