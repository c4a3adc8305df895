/** The documented routes. Paths with a parameter have it in braces. */
export const apiRoutes = [
  { method: 'GET', path: '/users/{id}' },
  { method: 'POST', path: '/users' },
  { method: 'GET', path: '/projects' },
] as const;
