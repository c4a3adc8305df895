// A Cloudflare Worker with everything. Unlike in other runtimes, a module outlives its requests, and one request can't
// finish what another one began.
import { Client } from '@example/sdk';
import { runSuite, type Api, type SuiteInput } from './suite.ts';

interface Environment {
  INPUT: SuiteInput;
  API: Api;
}

let shared: Client | undefined;

export default {
  async fetch({ url, signal }: Request, { INPUT, API }: Environment): Promise<Response> {
    const { pathname } = new URL(url);
    if (pathname === '/suite') return Response.json({ userAgent: navigator.userAgent, suite: await runSuite(INPUT) });
    shared ??= new Client(API);
    const user = await shared.users.get(pathname.slice(1), pathname.startsWith('/signal') ? { signal } : {});
    return Response.json(user.id);
  },
};
