import { fileURLToPath } from 'node:url';
import { end, ready, startPrinting } from './child-process.ts';
import { freePort } from './free-port.ts';

export type Program = Awaited<ReturnType<typeof startProgram>>;

/**
 * Starts a TypeScript program with the built package, and returns when it responds. The program serves HTTP on the port
 * in the environment variable `PORT`.
 */
export async function startProgram(path: string, environment: Record<string, string> = {}) {
  const port = await freePort();
  const file = fileURLToPath(new URL(path, import.meta.url));
  const { child, output } = startPrinting(process.execPath, [file], {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...environment },
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, () => fetch(url), output);
  /** Ends the program at once, as a crash would. */
  const kill = () => end(child);
  return {
    url,
    /** Everything printed so far. */
    get output() {
      return output();
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
