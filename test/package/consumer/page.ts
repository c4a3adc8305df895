import { useSandbox } from './sandbox.ts';
import { runSuite } from './suite.ts';

/** For the test to call, which knows what to hand it. */
Object.assign(globalThis, { runSuite, useSandbox });
