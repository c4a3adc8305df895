/**
 * What each folder of `src/` may import besides itself. Each names folders above its own line only, so that no folders
 * import each other in a circle.
 *
 * @type {Record<string, string[]>}
 */
const mayImport = {
  errors: [],
  utils: ['errors'],
  'rate-limit': ['errors', 'utils'],
  sharing: ['errors', 'utils', 'rate-limit'],
  telemetry: ['errors', 'utils', 'rate-limit'],
  auth: ['errors', 'utils'],
  http: ['errors', 'utils', 'auth', 'rate-limit', 'sharing', 'telemetry'],
  pagination: ['errors', 'utils', 'rate-limit', 'telemetry', 'http'],
  resources: ['errors', 'utils', 'http', 'pagination'],
  replay: ['errors', 'utils'],
  webhooks: ['errors', 'utils', 'telemetry', 'replay'],
  redis: ['errors', 'utils', 'sharing', 'replay'],
  sqlite: ['errors', 'utils', 'sharing', 'replay'],
  otel: ['errors', 'utils', 'telemetry'],
};

const folders = Object.keys(mayImport);

/**
 * The same for `sandbox/src/`.
 *
 * @type {Record<string, string[]>}
 */
const sandboxMayImport = {
  utils: [],
  resources: ['utils'],
  storage: ['resources'],
  http: ['utils', 'storage'],
  faults: ['http', 'utils', 'resources'],
  webhooks: ['http', 'utils', 'resources', 'storage'],
  state: ['http', 'utils', 'resources', 'storage', 'faults', 'webhooks'],
  api: ['http', 'utils', 'resources', 'storage', 'faults', 'state'],
  control: ['http', 'utils', 'resources', 'storage', 'faults', 'webhooks', 'state'],
  dashboard: ['http', 'utils', 'resources', 'storage', 'faults', 'webhooks', 'state'],
  cli: ['http', 'utils', 'resources', 'storage', 'webhooks', 'state', 'control'],
};

/** One rule for each folder below `source`. */
const oneWay = (name, source, allowed) =>
  Object.entries(allowed).map(([folder, others]) => ({
    name: `${name}/${folder}`,
    severity: 'error',
    from: { path: `^${source}/${folder}/` },
    to: { path: `^${source}/[^/]+/`, pathNot: `^${source}/(${[folder, ...others].join('|')})/` },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...oneWay('one-way', 'src', mayImport),
    ...oneWay('sandbox-one-way', 'sandbox/src', sandboxMayImport),
    {
      name: 'sandbox-one-way/folder-without-a-rule',
      severity: 'error',
      from: { path: '^sandbox/src/[^/]+/', pathNot: `^sandbox/src/(${Object.keys(sandboxMayImport).join('|')})/` },
      to: {},
    },
    {
      // The files beside the folders put them together; only the command line is above them.
      name: 'sandbox-one-way/assembly',
      severity: 'error',
      from: { path: '^sandbox/src/[^/]+/', pathNot: '^sandbox/src/cli/' },
      to: { path: '^sandbox/src/[^/]+\\.tsx?$' },
    },
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
      to: { path: '^src/sharing/', pathNot: '/(store|store-connection|step)\\.ts$' },
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
