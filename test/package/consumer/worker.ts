// A Cloudflare Worker with everything. What differs from other runtimes: a module lives on while requests come and go, and
// what one request began may not be finished by another.
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
