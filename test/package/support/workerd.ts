import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { end, start } from '../../support/child-process.ts';
import { tool } from '../../support/tools.ts';

/**
 * Serves a bundled worker with workerd, Cloudflare's own runtime, and returns its URL. It ends with the test.
 *
 * @param bindings What the worker finds in `env`.
 * @param services What is bound to `env` as a service, each the host and port of a server.
 */
export async function serveWorker(
  file: string,
  bindings: Readonly<Record<string, unknown>>,
  services: Readonly<Record<string, string>> = {},
): Promise<string> {
  // A string of Cap'n Proto's language is one of JSON.
  const values = Object.entries(bindings).map(
    ([name, value]) => `(name = "${name}", json = ${JSON.stringify(JSON.stringify(value))})`,
  );
  const bound = Object.keys(services).map((name) => `(name = "${name}", service = "${name}")`);
  const servers = Object.entries(services).map(
    ([name, address]) => `(name = "${name}", external = (address = "${address}", http = ())),`,
  );
  // The API of the test is on this machine, which a worker can't reach by default.
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (
          modules = [(name = "worker", esModule = embed "${basename(file)}")],
          compatibilityDate = "2026-01-01",
          bindings = [${[...values, ...bound].join(', ')}],
        )),
        ${servers.join('\n')}
        (name = "internet", network = (allow = ["private", "public"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`;
  writeFileSync(`${file}.capnp`, config);
  const workerd = start(tool('.bin/workerd'), ['serve', `${file}.capnp`, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  onTestFinished(() => end(workerd));
  // The fourth stream of stdio, where workerd says which port it has been given.
  for await (const line of createInterface(workerd.stdio[3] as Readable)) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === 'listen' && port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error('workerd ended before it listened.');
}
