/** The clients that the benchmarks compare. They are installed here, so they are imported from here. */
export const peers = {
  ky: () => import('ky'),
  openai: () => import('openai'),
  stripe: () => import('stripe'),
  octokit: () => import('@octokit/core'),
  octokitThrottling: () => import('@octokit/plugin-throttling'),
};
