/** What the benchmarks compare with. It is installed here, so it is imported from here. */
export const peers = {
  ky: () => import('ky'),
  openai: () => import('openai'),
  stripe: () => import('stripe'),
  octokit: () => import('@octokit/core'),
  octokitThrottling: () => import('@octokit/plugin-throttling'),
};
