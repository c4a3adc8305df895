type NodeCrypto = typeof import('node:crypto');

/**
 * Node's `crypto`, where the runtime has it: Node, Bun, Deno. It is looked up at run time, so that a bundle for the
 * browser needs no substitute.
 */
export function nodeCrypto(): NodeCrypto | undefined {
  const runtime: { process?: { getBuiltinModule?: (id: 'node:crypto') => NodeCrypto | undefined } } = globalThis;
  return runtime.process?.getBuiltinModule?.('node:crypto');
}
