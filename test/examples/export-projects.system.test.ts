import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Project } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { ExportFile } from '../../examples/export-projects/export-file.ts';
import { project, projects, serveList } from '../pagination/list-server.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { startExample } from './support/start-example.ts';

let file = '';
beforeEach(() => {
  file = join(temporaryFolder(), 'projects.jsonl');
});

const exported = () =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Project);

const start = (baseUrl: string, token?: string) =>
  startExample('examples/export-projects/main.ts', file, baseUrl, token);

/** A list of which pages from `stuck.from` on are not answered. */
async function serveStuck(items: Project[]) {
  const stuck = { from: Infinity };
  const arrived = Promise.withResolvers<undefined>();
  const server = await serveList({
    items,
    intercept: (page) => {
      if (page < stuck.from) return false;
      arrived.resolve(undefined);
      return true;
    },
  });
  return { ...server, stuck, waiting: arrived.promise };
}

describe('export-projects', () => {
  it('writes every project of the local API as a line of JSON, and says how far it is', async () => {
    const sandbox = createSandbox({ projects: 1050 });
    const { url } = await sandbox.listen();
    onTestFinished(() => sandbox.close());
    const { code, output } = await start(url, sandbox.apiToken).ended;
    const lines = output.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['100 of 1050', '192 of 1050']);
    expect(lines.slice(-2)).toEqual(['1050 of 1050', `1050 projects are in ${file}.`]);
    expect(code).toBe(0);
    expect(new Set(exported().map(({ id }) => id)).size).toBe(1050);
    expect(exported()[0]).toHaveProperty('description');
  });

  it('stops at Ctrl-C, and goes on from there although the list has moved', async () => {
    const items = projects(1000);
    const { url, pages, stuck, waiting } = await serveStuck(items);
    stuck.from = 5;
    const first = start(url);
    await waiting;
    first.interrupt();
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.output).toMatch(/Stopped with \d+ projects in .*\. Run it again to go on\.\n$/);
    expect(exported().length).toBeGreaterThanOrEqual(100);

    stuck.from = Infinity;
    items.splice(0, 45);
    items.unshift(project(1001));
    const requested = pages().length;
    const second = await start(url).ended;
    expect(second.output).toMatch(/^Going on after /);
    expect(second.code).toBe(0);
    const ids = exported().map(({ id }) => id);
    expect(ids).toEqual(projects(1000).map(({ id }) => id));
    expect(pages().length - requested).toBeLessThanOrEqual(10);
  });

  it('may be killed at any moment, again and again while the list moves, and loses and repeats no line', async () => {
    const items = projects(2000);
    let next = 2001;
    let answers = 0;
    let killAt = 3;
    let child: ReturnType<typeof start> | undefined;
    const kill = () => child?.kill();
    const server = await serveList({
      items,
      intercept: (_page, response) => {
        answers += 1;
        items.splice((answers * 7919) % items.length, 2, project(next++));
        if (answers === killAt) {
          // Before the answer, while the page is written, or after it.
          if (answers % 3 === 0) kill();
          else response.on('close', () => setTimeout(kill, answers % 7));
        }
        return false;
      },
    });
    let kills = 0;
    for (let isDone = false; !isDone;) {
      child = start(server.url);
      const { code, output } = await child.ended;
      isDone = code === 0;
      if (!isDone) {
        expect(output).not.toContain('Failed');
        kills += 1;
        killAt = answers + 1 + (kills % 4);
      }
    }
    expect(kills).toBeGreaterThan(5);
    const ids = exported().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const stayed = items.filter(({ id }) => Number(id.slice('proj_'.length)) <= 2000);
    expect(ids).toEqual(expect.arrayContaining(stayed.map(({ id }) => id)));
  });

  it('cuts off what was written without being finished', () => {
    const lines = () => readFileSync(file, 'utf8');
    const first = new ExportFile(file);
    first.append([{ id: 'ä' }], 'cursor-1');
    appendFileSync(file, '{"id":"written before it was killed"}\n{"id":"cut off in the mid');
    const second = new ExportFile(file);
    expect(lines()).toBe('{"id":"ä"}\n');
    expect([second.count, second.cursor]).toEqual([1, 'cursor-1']);
    writeFileSync(`${file}.state.new`, 'not complete');
    expect(new ExportFile(file).count).toBe(1);

    rmSync(`${file}.state`);
    expect(() => new ExportFile(file)).toThrow('Remove it');
    expect(lines()).toBe('{"id":"ä"}\n');
  });

  it('adds what is new where everything was there already', async () => {
    const items = projects(250);
    const { url, pages } = await serveList({ items });
    await start(url).ended;
    const content = readFileSync(file, 'utf8');
    const again = await start(url).ended;
    expect(again.output).toBe(`Going on after 250 projects.\n250 of 250\n250 projects are in ${file}.\n`);
    expect(again.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(pages()).toHaveLength(4);
    items.push(project(251));
    await start(url).ended;
    expect(exported()).toEqual(projects(251));
  });

  it('says what failed, and keeps what it has', async () => {
    const { url } = await serveList({
      items: projects(250),
      intercept: (page, response) => {
        if (page === 3) response.writeHead(404).end();
        return page === 3;
      },
    });
    const { code, output } = await start(url).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/Failed \(NotFoundError.*\) with 192 projects/);
    expect(exported()).toEqual(projects(192));
  });
});
