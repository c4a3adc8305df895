import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { RedisServer, type RedisServerProgram } from './redis-server.ts';

const slots = 16_384;

/** Starts a cluster of real servers without replicas, and returns when all nodes know the whole cluster. */
export async function startRedisCluster(program: RedisServerProgram = 'redis-server', size = 3) {
  const nodes = await Promise.all(Array.from({ length: size }, () => startNode(program)));
  const admins = nodes.map(({ url }) => new Redis(url));
  const perNode = slots / size;
  for (const [index, admin] of admins.entries()) {
    const [first, end] = [Math.round(index * perNode), Math.round((index + 1) * perNode)];
    await admin.cluster('ADDSLOTSRANGE', first, end - 1);
    // By default a node looks for the bus of another one at its port plus 10 000.
    const [{ port, busPort }] = nodes as [(typeof nodes)[number]];
    if (index > 0) await admin.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  }
  for (const admin of admins) {
    await vi.waitFor(
      async () => {
        const info = await admin.cluster('INFO');
        if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${size}`)) throw new Error(info);
      },
      { timeout: 20_000 },
    );
    admin.disconnect();
  }
  return {
    nodes,
    urls: nodes.map(({ url }) => url),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}

/** Tries other ports if another program has taken one of them before the node did. */
async function startNode(program: RedisServerProgram, tries = 5): Promise<RedisServer & { busPort: number }> {
  const busPort = await freePort();
  const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port', String(busPort)];
  try {
    return Object.assign(await RedisServer.start(program, ...options), { busPort });
  } catch (error) {
    if (tries === 1) throw error;
    return startNode(program, tries - 1);
  }
}
