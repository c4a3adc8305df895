// What the entry points for Node.js and for browsers share. In CommonJS it is a file of its own, so that the package
// has its code only once in that format: see tsup.config.ts.
export { BrokenConnection } from './http/broken-connection.ts';
export { assembleSandbox, type Listen, type Sandbox } from './sandbox.ts';
