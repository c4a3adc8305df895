import { useSandbox } from './sandbox.ts';
import { runSuite } from './suite.ts';

/** The test calls these, because it knows their input. */
Object.assign(globalThis, { runSuite, useSandbox });
