/** Generates the tables in `docs/options.md` from the comments of the declarations: `npm run docs:options`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { presetIn } from './preset.ts';

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

/** The headings that group the options of a large interface. */
const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ClientOptions: {
    Connection: 'apiToken, baseUrl, fetch, headers',
    'Time limits': 'timeout, totalTimeout, outageWait',
    Retries: 'maxRetries, shouldRetry, apiSupportsIdempotencyKeys',
    'Rate limit': 'rateLimit, rateLimit.store, rateLimit.maxWait, rateLimit.limit, rateLimit.window, priority',
    Responses: 'maxResponseSize, responseValidation',
    Logging: 'logger, logLevel',
    Safety: 'dangerouslyAllowBrowser, dangerouslyAllowHttp',
  },
};

/** What to put before the path and the anchor of an option whose name is not enough. */
const prefixes: Readonly<Record<string, { path?: string; anchor?: string }>> = {
  RateLimitOptions: { path: 'rateLimit.' },
  RequestOptions: { anchor: 'call-' },
  WebhooksOptions: { anchor: 'webhooks-' },
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

/** Fills in the parts of the page between `<!-- options:Name -->` and `<!-- /options -->`. */
export async function withOptions(text: string): Promise<string> {
  const filled = text.replace(
    /(<!-- options:(\w+) -->)[^]*?(<!-- \/options -->)/g,
    (_, start: string, name: string, end: string) => `${start}\n\n${tableOf(name)}\n\n${end}`,
  );
  return format(filled, { ...(await resolveConfig(page)), parser: 'markdown' });
}

function tableOf(name: string): string {
  const rows = new Map(name === 'ClientOptions' ? [...rowsOf(name), ...rowsOf('RateLimitOptions')] : rowsOf(name));
  const table = (part: Iterable<string>) =>
    ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...part].join('\n');
  if (!groups[name]) return table(rows.values());
  const parts = Object.entries(groups[name]).map(([heading, options]) => {
    const grouped = options.split(', ').map((option) => {
      const row = rows.get(option) ?? missing(option);
      rows.delete(option);
      return row;
    });
    return `### ${heading}\n\n${table(grouped)}`;
  });
  for (const ungrouped of rows.keys()) missing(ungrouped);
  return parts.join('\n\n');
}

/** A table row for each option of an interface. */
function rowsOf(name: string): [option: string, row: string][] {
  const path = declarations[name] ?? '';
  const source = ts.createSourceFile(path, readFileSync(new URL(path, root), 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (!declared || !ts.isInterfaceDeclaration(declared)) throw new Error(`${path} has no interface ${name}.`);
  const prefix = prefixes[name] ?? {};
  return declared.members.filter(ts.isPropertySignature).map((member) => {
    const own = member.name.getText(source);
    const option = `${prefix.path ?? ''}${own}`;
    const types = member.type?.getText(source).split(/(?<!=>.*) \| /) ?? [];
    const type = types.flatMap((each) => (each === 'undefined' ? [] : `\`${each}\``)).join(' \\| ');
    const { meaning, preset } = described(ts.getJSDocCommentsAndTags(member)[0]);
    const guide = guides[own] ? ` [${titleOf(guides[own])}](${guides[own]})` : '';
    return [
      option,
      `| <a id="${prefix.anchor ?? ''}${own}"></a> \`${option}\` | ${type} | ${preset} | ${meaning}${guide} |`,
    ];
  });
}

/** The heading that a link to a guide points to. */
function titleOf(link: string): string {
  const [file = '', anchor] = link.split('#');
  const headings = readFileSync(new URL(`docs/${file}`, root), 'utf8').matchAll(/^#+ (.+)$/gm);
  const titles = Array.from(headings, ([, title = '']) => title.replaceAll('`', ''));
  const slugOf = (title: string) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-');
  return titles.find((title) => anchor === undefined || slugOf(title) === anchor) ?? missing(link);
}

function missing(option: string): never {
  throw new Error(`${option} is not declared, or in no group: see build/options-page.ts.`);
}

/** The first sentence of a comment, and the default that it states. */
function described(comment: ts.Node | undefined) {
  const text =
    ts
      .getTextOfJSDocComment((comment as ts.JSDoc | undefined)?.comment) // The first is the comment; tags follow.
      ?.replaceAll(/\s+/g, ' ')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`') ?? '';
  const [meaning = ''] = /^.+?\.(?= [A-Z`]|$)/.exec(text) ?? [];
  const [, preset = 'none'] = /Default: (.+?)\.(?= [A-Z]|$)/.exec(text) ?? [];
  return { meaning, preset: presetIn(preset) };
}

if (import.meta.main) writeFileSync(page, await withOptions(readFileSync(page, 'utf8')));
