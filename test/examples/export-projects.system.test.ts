import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Project } from '@example/sdk';
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

const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
const exported = () => lines().map((line) => JSON.parse(line) as Project);
const start = (baseUrl: string) => startExample('examples/export-projects/main.ts', file, baseUrl);

/** A list on a socket. */
async function serveOnSocket(options: ListServerOptions) {
  const list = serveList(options);
  const init = { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal } as const;
  const { url } = await serve((request, response) => {
    void list.fetch(`http://127.0.0.1${request.url}`, init).then(async (answer) => {
      json(response, answer.status, JSON.parse(await answer.text()));
    });
  });
  return { ...list, url };
}

it('writes every project as a line of JSON, says how far it is, and adds what is new the next time', async () => {
  const items = projects(250);
  const { url, pages } = await serveOnSocket({ items });
  const done = `250 of 250\n250 projects are in ${file}.\n`;

  expect(await start(url).ended).toEqual({ code: 0, output: `100 of 250\n198 of 250\n${done}` });
  expect(exported()).toEqual(projects(250));
  expect(await start(url).ended).toEqual({ code: 0, output: `Going on after 250 projects.\n${done}` });
  expect(exported()).toEqual(projects(250));
  expect(pages()).toHaveLength(4);
  items.push(project(251));
  await start(url).ended;
  expect(exported()).toEqual(projects(251));
});

it('says that it failed, or was stopped, keeps what it has, and goes on from there although the list has moved', async () => {
  const items = projects(1000);
  let mode: 'fails' | 'hangs' | 'works' = 'fails';
  const stuck = Promise.withResolvers<undefined>();
  const { url } = await serveOnSocket({
    items,
    before: (_, page) => {
      if (mode === 'fails' && page >= 2) return errorResponse(404);
      if (mode !== 'hangs' || page < 5) return undefined;
      stuck.resolve(undefined);
      return new Promise(() => undefined);
    },
  });
  const failed = await start(url).ended;
  expect(failed).toEqual({ code: 1, output: expect.stringMatching(/Failed \(APIError.*\) with 100 projects/) });
  expect(exported()).toEqual(projects(100));

  mode = 'hangs';
  const second = start(url);
  await stuck.promise;
  second.interrupt();
  const stopped = await second.ended;
  expect(stopped.code).toBe(130);
  expect(stopped.output).toMatch(/Stopped with \d+ projects in .*\. Run it again to go on\.\n$/);

  mode = 'works';
  items.splice(0, 45);
  items.unshift(project(1001));
  expect(await start(url).ended).toEqual({ code: 0, output: expect.stringMatching(/^Going on after /) });
  expect(exported()).toEqual(projects(1000));
});

it('cuts off what was written without being finished', () => {
  const first = new ExportFile(file);
  first.append([{ id: 'ä' }], 'cursor-1');
  appendFileSync(file, '{"id":"written before it was killed"}\n{"id":"cut off in the mid');
  appendFileSync(`${file}.state.new`, 'not complete');

  const { count, cursor } = new ExportFile(file);
  expect([lines(), count, cursor]).toEqual([['{"id":"ä"}'], 1, 'cursor-1']);
  rmSync(`${file}.state`);
  expect(() => new ExportFile(file)).toThrow('Remove it');
});
