// The page of rows 10 and 19: twenty reads when it is loaded, and what a component does that React mounts twice.
import { Client } from '@example/sdk';

interface Shown {
  answered: number;
  rejected: string[];
  limitWaits: number;
  mounted?: number;
}

const shown: Shown = { answered: 0, rejected: [], limitWaits: 0 };
Object.assign(globalThis, { shown, mountTwice });

const [baseUrl = '', apiToken = ''] = location.hash.slice(1).split(',').map(decodeURIComponent);
const client = new Client({ baseUrl, apiToken, dangerouslyAllowBrowser: true, logLevel: 'off' });
client.on('rateLimitWait', () => shown.limitWaits++);

for (let call = 0; call < 20; call++) {
  client.users.get('user_123').then(
    () => {
      shown.answered++;
    },
    (error: unknown) => shown.rejected.push(String(error)),
  );
}

/** Mounts, aborts, and mounts again. */
async function mountTwice(): Promise<number> {
  const first = new AbortController();
  const read = (signal?: AbortSignal) => Array.from({ length: 5 }, () => client.users.get('user_123', { signal }));
  const left = Promise.allSettled(read(first.signal));
  first.abort();
  const results = await Promise.allSettled(read());
  await left;
  return results.filter(({ status }) => status === 'fulfilled').length;
}
