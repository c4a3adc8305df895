import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { RedisServer, type RedisServerProgram } from './redis-server.ts';

/** Starts a cluster of real servers without replicas, and returns when all nodes know the whole cluster. */
export async function startRedisCluster(program: RedisServerProgram = 'redis-server', size = 3) {
  const slotsOfNode = 16_384 / size;
  const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port'];
  const start = async () => {
    const busPort = await freePort();
    return { node: await RedisServer.start(program, ...options, String(busPort)), busPort };
  };
  const members = await Promise.all(Array.from({ length: size }, start));
  const nodes = members.map(({ node }) => node);
  const admins = nodes.map(({ url }) => new Redis(url));
  for (const [index, admin] of admins.entries()) {
    await admin.cluster('ADDSLOTSRANGE', Math.round(index * slotsOfNode), Math.round((index + 1) * slotsOfNode) - 1);
    // By default a node looks for the bus of another one at its port plus 10 000.
    for (const { node, busPort } of index > 0 ? members.slice(0, 1) : [])
      await admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort);
  }
  for (const admin of admins) {
    const isComplete = async () => {
      const info = await admin.cluster('INFO');
      if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${size}`)) throw new Error(info);
    };
    await vi.waitFor(isComplete, { timeout: 20_000 });
    admin.disconnect();
  }
  return {
    nodes,
    urls: nodes.map(({ url }) => url),
    [Symbol.asyncDispose]: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
  };
}
