import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));

// What GitHub documents of each file, as far as it is used here: an unknown key is an error.

const text = z.string().check(z.minLength(1));
const validations = z.optional(z.strictObject({ required: z.boolean() }));
const labelled = { label: text, description: z.optional(text) };
const IssueForm = z.strictObject({
  name: text,
  description: text,
  labels: z.array(text),
  body: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: text }) }),
      z.strictObject({
        type: z.literal('input'),
        id: text,
        attributes: z.strictObject({ ...labelled, placeholder: z.optional(text) }),
        validations,
      }),
      z.strictObject({
        type: z.literal('textarea'),
        id: text,
        attributes: z.strictObject({ ...labelled, render: z.optional(text) }),
        validations,
      }),
      z.strictObject({
        type: z.literal('dropdown'),
        id: text,
        attributes: z.strictObject({ ...labelled, options: z.array(text) }),
        validations,
      }),
    ]),
  ),
});

const IssueConfig = z.strictObject({
  blank_issues_enabled: z.boolean(),
  contact_links: z.array(z.strictObject({ name: text, url: z.url({ protocol: /^https$/ }), about: text })),
});

const Dependabot = z.strictObject({
  version: z.literal(2),
  updates: z.array(
    z.strictObject({
      'package-ecosystem': z.enum(['npm', 'github-actions']),
      directory: text,
      schedule: z.strictObject({ interval: z.enum(['weekly', 'monthly']), day: z.optional(z.literal('monday')) }),
      cooldown: z.strictObject({ 'default-days': z.number() }),
      labels: z.array(text),
      groups: z.record(
        text,
        z.strictObject({
          patterns: z.array(text),
          'update-types': z.optional(z.array(z.enum(['major', 'minor', 'patch']))),
        }),
      ),
    }),
  ),
});

const forms = readdirSync(join(root, '.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');

describe.each(forms)('the issue form %s', (name) => {
  it('is valid, and asks for each thing once', () => {
    const { body } = IssueForm.parse(read(`.github/ISSUE_TEMPLATE/${name}`));

    const ids = body.flatMap((element) => (element.type === 'markdown' ? [] : element.id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toEqual([]);
  });
});

it('the issue chooser links to the places that the API reference names', () => {
  const { contact_links } = IssueConfig.parse(read('.github/ISSUE_TEMPLATE/config.yml'));

  const urls = contact_links.map(({ url }) => url);
  expect(urls).toEqual(['https://discord.gg/your-project', 'https://docs.example.com', 'https://status.example.com']);
});

describe('Dependabot', () => {
  const { updates } = Dependabot.parse(read('.github/dependabot.yml'));

  it('looks into every folder with a lockfile, once', () => {
    const folders = updates.filter((update) => update['package-ecosystem'] === 'npm').map(({ directory }) => directory);

    expect(folders).toEqual(['/', '/test/package', '/bench']);
    for (const folder of folders) expect(existsSync(join(root, folder, 'package-lock.json'))).toBe(true);
  });

  it('keeps what the SDK bundles apart, so that it can be labelled', () => {
    const bundled = updates[0]?.groups['bundled']?.patterns;
    const [branch] = z
      .strictObject({ 'bundled dependency': z.tuple([z.strictObject({ 'head-branch': z.tuple([text]) })]) })
      .parse(read('.github/labeler.yml'))['bundled dependency'];

    expect(bundled).toEqual(['ky', 'zod', 'eventemitter3']);
    expect('dependabot/npm_and_yarn/bundled-1a2b3c').toMatch(new RegExp(branch['head-branch'][0]));
    expect('dependabot/npm_and_yarn/development-1a2b3c').not.toMatch(new RegExp(branch['head-branch'][0]));
  });
});
