import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Project } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { ExportFile } from '../../examples/export-projects/export-file.ts';
import { project, projects, serveList, type ListServerOptions } from '../pagination/support/list-server.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { json, serve } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
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

/** A list on a socket. `onClose` is called when a response has ended, or its connection has. */
async function serveOnSocket(options: ListServerOptions, onClose: () => void = () => undefined) {
  const list = serveList(options);
  const init = { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal } as const;
  const { url } = await serve((request, response) => {
    response.on('close', onClose);
    void list.fetch(`http://127.0.0.1${request.url}`, init).then(async (answer) => {
      json(response, answer.status, JSON.parse(await answer.text()));
    });
  });
  return { ...list, url };
}

describe('export-projects', () => {
  it('writes every project of the local API as a line of JSON, and says how far it is', async () => {
    const sandbox = createSandbox({ projects: 1050 });
    const { url } = await sandbox.listen();
    onTestFinished(() => sandbox.close());
    const { code, output } = await start(url, sandbox.apiToken).ended;
    const lines = output.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['100 of 1050', '198 of 1050']);
    expect(lines.slice(-2)).toEqual(['1050 of 1050', `1050 projects are in ${file}.`]);
    expect(code).toBe(0);
    expect(new Set(exported().map(({ id }) => id)).size).toBe(1050);
    expect(exported()[0]).toHaveProperty('description');
  });

  it('stops at Ctrl-C, and goes on from there although the list has moved', async () => {
    const items = projects(1000);
    let stuckFrom = 5;
    const stuck = Promise.withResolvers<undefined>();
    const { url, pages } = await serveOnSocket({
      items,
      before: (_, page) => {
        if (page < stuckFrom) return undefined;
        stuck.resolve(undefined);
        return new Promise(() => undefined);
      },
    });
    const first = start(url);
    await stuck.promise;
    first.interrupt();
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.output).toMatch(/Stopped with \d+ projects in .*\. Run it again to go on\.\n$/);
    expect(exported().length).toBeGreaterThanOrEqual(100);

    stuckFrom = Infinity;
    items.splice(0, 45);
    items.unshift(project(1001));
    const requested = pages().length;
    const second = await start(url).ended;
    expect(second.output).toMatch(/^Going on after /);
    expect(second.code).toBe(0);
    const ids = exported().map(({ id }) => id);
    expect(ids).toEqual(projects(1000).map(({ id }) => id));
    expect(pages().length - requested).toBeLessThanOrEqual(15);
  });

  it('may be killed at any moment, again and again while the list moves, and loses and repeats no line', async () => {
    const items = projects(2000);
    let next = 2001;
    let answers = 0;
    let killAt = 3;
    let child: ReturnType<typeof start> | undefined;
    const kill = () => child?.kill();
    const intercept = () => {
      answers += 1;
      items.splice((answers * 7919) % items.length, 2, project(next++));
      // Before the answer, or while the page is written, or after it.
      if (answers === killAt && answers % 3 === 0) kill();
      return undefined;
    };
    const server = await serveOnSocket({ items, before: intercept }, () => {
      if (answers === killAt) setTimeout(kill, answers % 7);
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
    const { url, pages } = await serveOnSocket({ items });
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
    const { url } = await serveOnSocket({
      items: projects(250),
      before: (_, page) => (page >= 2 ? errorResponse(404) : undefined),
    });
    const { code, output } = await start(url).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/Failed \(APIError.*\) with 100 projects/);
    expect(exported()).toEqual(projects(100));
  });
});
