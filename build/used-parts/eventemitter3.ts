import type { Parts } from './part.ts';

/** As an ES module, which a CommonJS one can't be made into without a wrapper around it. */
export const eventemitter3: Parts = {
  'eventemitter3/index.js': {
    never: 'eventNames removeAllListeners',
    values: {
      "'undefined' !== typeof module": 'false',
      // Only where there is no `Object.create`.
      'prefix ? prefix + event : event': 'event',
    },
    append: 'export default EventEmitter;',
  },
};
