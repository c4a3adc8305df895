/**
 * What each folder of `src/` may import besides itself. Each names folders above its own line only, so that no folders
 * import each other in a circle.
 *
 * @type {Record<string, string[]>}
 */
const mayImport = {
  errors: [],
  utils: ['errors'],
  auth: ['errors', 'utils'],
  'rate-limit': ['errors', 'utils'],
  telemetry: ['errors', 'utils', 'auth', 'rate-limit'],
  http: ['errors', 'utils', 'auth', 'rate-limit', 'telemetry'],
  pagination: ['errors', 'utils', 'rate-limit', 'telemetry', 'http'],
  resources: ['errors', 'utils', 'telemetry', 'http', 'pagination'],
  webhooks: ['errors', 'utils', 'telemetry'],
  redis: ['errors', 'utils', 'rate-limit', 'webhooks'],
  sqlite: ['errors', 'utils', 'rate-limit', 'webhooks'],
};

const folders = Object.keys(mayImport);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...folders.map((folder) => ({
      name: `one-way/${folder}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/[^/]+/', pathNot: `^src/(${[folder, ...mayImport[folder]].join('|')})/` },
    })),
    {
      name: 'one-way/folder-without-a-rule',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${folders.join('|')})/` },
      to: {},
    },
    {
      name: 'one-way/client-and-index',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/index\\.ts$' },
      to: { path: '^src/(client|index)\\.ts$' },
    },
    {
      name: 'stores-import-what-stores-share-only',
      severity: 'error',
      from: { path: '^src/(redis|sqlite)/' },
      to: { path: '^src/(rate-limit|webhooks)/', pathNot: '/([a-z-]*store|shared-budget|renewed-claim)\\.ts$' },
    },
    {
      name: 'sandbox-imports-the-package',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // A cycle of types is a cycle, although nothing of it runs.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
