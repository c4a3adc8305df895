import type { PackageCuts } from './cuts.ts';

/** It is made an ES module: around a CommonJS one, bundlers put a wrapper. */
export const eventemitter3: PackageCuts = {
  'eventemitter3/index.js': {
    unreachable: ['eventNames', 'removeAllListeners'],
    expressions: {
      "'undefined' !== typeof module": 'false',
      // The prefix is for engines without `Object.create`, or whose objects all inherit `__proto__`.
      'prefix ? prefix + event : event': 'event',
    },
    append: 'export default EventEmitter;',
  },
};
