// The parts of the peers that the benchmarks call, so that the project type-checks without installing them.

declare module 'openai' {
  export default class OpenAI {
    constructor(options: { apiKey: string; baseURL: string; maxRetries?: number });
    readonly models: { retrieve(id: string): PromiseLike<{ id: string }> };
  }
}

declare module 'stripe' {
  export default class Stripe {
    constructor(apiKey: string, options: { host: string; port: number; protocol: 'http'; maxNetworkRetries?: number });
    readonly customers: { retrieve(id: string): Promise<{ id: string }> };
  }
}

declare module '@octokit/core' {
  export type Plugin = (octokit: Octokit, options: Record<string, unknown>) => object;
  export class Octokit {
    constructor(options: { auth: string; baseUrl: string; [option: string]: unknown });
    static plugin(...plugins: Plugin[]): typeof Octokit;
    request(route: string, parameters: Record<string, unknown>): Promise<{ data: { id: string } }>;
  }
}

declare module '@octokit/plugin-throttling' {
  export const throttling: import('@octokit/core').Plugin;
}
