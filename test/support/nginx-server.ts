import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/**
 * Starts a real nginx in front of a server, on a free port of the loopback interface, and returns when it answers.
 *
 * @param zones Directives of `http`, such as `limit_req_zone`.
 * @param rules Directives of `location /`.
 */
export async function startNginx(upstream: string, zones: string, rules: string) {
  const directory = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const folders = [
    'client_body_temp_path client',
    ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name}`),
  ];
  // Its paths begin in the directory, which is its prefix.
  const config = `
    worker_processes 1; pid nginx.pid; error_log error.log;
    events { worker_connections 1024; }
    http {
      access_log off; ${folders.map((folder) => `${folder};`).join(' ')} ${zones}
      server {
        listen 127.0.0.1:${port};
        location = /up { return 204; }
        location / { ${rules} proxy_pass ${upstream}; }
      }
    }`;
  const file = join(directory, 'nginx.conf');
  await writeFile(file, config);
  const args = ['-p', directory, '-e', 'error.log', '-c', file, '-g', 'daemon off;'];
  // SIGTERM, so that it ends its workers.
  const child = start('nginx', args, { stdio: 'ignore' }, 'SIGTERM');
  const url = `http://127.0.0.1:${port}`;
  await ready(child, () => fetch(`${url}/up`));
  return {
    url,
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const canRunNginx = () =>
  mayTest(spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0, 'nginx', 'nginx');
