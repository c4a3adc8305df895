// The suite as a Cloudflare Worker. What differs from other runtimes: a module lives on while requests come and go, and
// what one request began may not be finished by another.
import { Client } from '@example/sdk';
import { runSuite, type Api, type SuiteInput } from './suite.ts';

interface Environment {
  INPUT: SuiteInput;
  LIMITED: Api;
}

let shared: Client | undefined;

export default {
  async fetch(request: Request, { INPUT, LIMITED }: Environment): Promise<Response> {
    if (new URL(request.url).pathname === '/suite') {
      return Response.json({ userAgent: navigator.userAgent, suite: await runSuite(INPUT) });
    }
    shared ??= new Client(LIMITED);
    const projects = await shared.projects.list({ per_page: 1 });
    return Response.json(projects.data.length);
  },
};
