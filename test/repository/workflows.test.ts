import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

const Permissions = z.optional(z.record(z.string(), z.enum(['read', 'write', 'none'])));
const Workflow = z.looseObject({
  permissions: Permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: Permissions,
      environment: z.optional(z.string()),
      uses: z.optional(z.string()),
      steps: z.optional(
        z.array(
          z.looseObject({
            uses: z.optional(z.string()),
            run: z.optional(z.string()),
            with: z.optional(z.record(z.string(), z.unknown())),
          }),
        ),
      ),
    }),
  ),
});

describe.each(workflows)('$name', ({ text }) => {
  const workflow = Workflow.parse(parse(text));
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  it('may read the repository, and a job asks for more by itself', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('pins every action to a commit', () => {
    const actions = [...jobs, ...steps].flatMap(({ uses }) => uses ?? []).filter((uses) => !uses.startsWith('./'));

    expect(actions).not.toEqual([]);
    for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40}$/);
  });

  it('leaves no credentials in a checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  it('puts no expression into a shell command', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('runs scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const commands = steps.map(({ run }) => run ?? '').join('\n');

    for (const [, script] of commands.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty([script!]);
    for (const [, file] of commands.matchAll(/(?:node|bash) (\S+)/g)) expect(existsSync(join(root, file!))).toBe(true);
  });
});

it('npm trusts one job, which waits for the environment to be approved', () => {
  const trusted = workflows.flatMap(({ name, text }) =>
    Object.entries(Workflow.parse(parse(text)).jobs)
      .filter(([, job]) => job.permissions?.['id-token'] === 'write')
      .map(([id, { environment }]) => ({ name, id, environment })),
  );

  expect(trusted).toEqual([{ name: 'release.yml', id: 'publish', environment: 'npm' }]);
});

it('a job that may publish or push runs nothing that npm has installed', () => {
  const may = workflows.flatMap(({ name, text }) =>
    Object.entries(Workflow.parse(parse(text)).jobs)
      .filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
      .map(([id, { steps = [] }]) => [`${name} ${id}`, steps.flatMap(({ run }) => run ?? [])] as const),
  );

  expect(Object.fromEntries(may)).toEqual({
    'label.yml label': [],
    'release.yml publish': ['npm publish "./example-$PACKAGE-${GITHUB_REF_NAME#v}.tgz" --provenance --ignore-scripts'],
    'release.yml announce': [expect.stringMatching(/^node \.github/), expect.stringMatching(/^gh release/)],
    'release.yml site': [],
    'site.yml publish': [expect.stringMatching(/^node \.github\/scripts\/publish-site\.ts publish/)],
  });
});

it('what is published has no scripts', () => {
  const release = Workflow.parse(parse(workflows.find(({ name }) => name === 'release.yml')!.text));
  const commands = release.jobs['pack']!.steps!.flatMap(({ run }) => run ?? []);
  const copy = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    for (const folder of ['.', 'sandbox']) {
      mkdirSync(join(copy, folder), { recursive: true });
      cpSync(join(root, folder, 'package.json'), join(copy, folder, 'package.json'));
    }
    const bash = (command: string) => execFileSync('bash', ['-c', command], { cwd: copy, encoding: 'utf8' });
    for (const command of commands.filter((each) => /^npm (pkg|pack) /.test(each))) bash(command);
    for (const name of ['sdk', 'sandbox']) {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
      const manifest: unknown = JSON.parse(bash(`tar -xOf example-${name}-${version}.tgz package/package.json`));
      expect(manifest).toMatchObject({ name: `@example/${name}`, version });
      expect(manifest).not.toHaveProperty('scripts');
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
});

it('publishes the site of a version only once npm has it', () => {
  const read = (name: string): unknown => parse(workflows.find((workflow) => workflow.name === name)!.text);

  expect(Object.keys((read('site.yml') as { on: object }).on)).toEqual(['workflow_call', 'workflow_dispatch']);
  expect(read('release.yml')).toMatchObject({
    jobs: { site: { needs: 'publish', uses: './.github/workflows/site.yml', permissions: { contents: 'write' } } },
  });
});
