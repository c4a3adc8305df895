import type { PackageCuts } from './cuts.ts';

/**
 * The SDK has ky make one plain attempt at a time: no hooks, no query parameters, no progress; and retries, timeouts
 * and errors are its own, because they go by the rate limit.
 */
export const ky: PackageCuts = {
  'ky/distribution/core/Ky.js': {
    unreachable: [
      '#normalizeSearchParams',
      '#calculateDelay',
      '#calculateRetryDelay',
      '#getResponseData',
      '#getErrorDataTimeout',
      '#raceBodyRead',
      '#raceWithTotalTimeout',
      '#isJsonContentType',
      '#readResponseText',
      '#parseJson',
      '#cancelReturnedBody',
      '#cancelResponseBody',
      '#getNormalizedOptions',
      '#assignRequest',
      '#getCurrentTime',
      'result[type]',
    ],
    definitions: {
      '#consumeReturnedResponseFromBeforeRetryHook': '{}',
      '#decorateResponse': '{}',
      '#getRemainingTotalTimeout': '{}',
      '#retryFromError': '{ throw error; }',
      '#runAfterResponseHooks': '{ return response; }',
      '#runBeforeRequestHooks': '{}',
      '#throwProcessedError': '{ throw error; }',
      '#wrapRequestWithUploadProgress': '{ return request; }',
      userProvidedContentType: 'false',
    },
    expressions: {
      beforeRequestResponse: 'undefined',
      effectiveTimeout: 'undefined',
      'error instanceof ForceRetryError': 'false',
      'hasSearchParameters(this.#options.searchParams)': 'false',
      // Errors go on as they are: the SDK would unwrap them again.
      'isRawNetworkError(error)': 'false',
      'ky.#options.onDownloadProgress': 'false',
      'ky.#options.throwHttpErrors': 'false',
      'ky.#options.timeout': 'false',
      'ky.#options.totalTimeout': 'false',
      'initHooks.length > 0': 'false',
      "Object.hasOwn(options, 'prefixUrl')": 'false',
      'options.hooks?.init ?? []': '[]',
      'this.#getRemainingTotalTimeout()': 'undefined',
      'this.#input instanceof globalThis.Request': 'false',
      'this.#options.baseUrl': 'undefined',
      'this.#options.json': 'undefined',
      'this.#options.onUploadProgress': 'undefined',
      'this.#options.prefix': "''",
      'this.#options.timeout': 'false',
      'this.#options.totalTimeout': 'false',
      'this.#retryLimit > 0': 'false',
    },
  },
  'ky/distribution/core/constants.js': {
    // Whether requests may be streams is found out by making one, while the module loads.
    definitions: {
      requestMethods: '[]',
      responseTypes: '{}',
      supportsAbortController: 'true',
      supportsAbortSignal: 'true',
      supportsRequestStreams: 'false',
    },
  },
  'ky/distribution/index.js': { unreachable: ['ky.create', 'ky.extend', 'ky[method]'] },
  'ky/distribution/utils/merge.js': {
    definitions: { mergeHooks: '{}', validateAndMerge: '{ return sources.at(-1); }' },
  },
  'ky/distribution/utils/normalize.js': { definitions: { normalizeRetryOptions: '{ return { limit: 0 }; }' } },
  'ky/distribution/utils/options.js': { definitions: { findUnknownOptions: '{}' } },
};
