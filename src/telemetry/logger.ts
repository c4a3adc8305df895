import { callable, oneOf, throwInvalid } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';
import { callUserCode, escapeUnit } from '../utils/values.ts';

/**
 * Receives log lines: `console`, or a logger of pino, winston and others. Each line has a message, and most have fields
 * such as `callId`, `route` and `attempt`. pino receives the fields first, as its methods expect.
 */
export interface Logger {
  /** Logs a detail for debugging, such as each request and response. */
  debug(message: string, fields?: object): void;
  /** Logs a normal event, such as a retry. */
  info(message: string, fields?: object): void;
  /** Logs a problem that the SDK worked around. */
  warn(message: string, fields?: object): void;
  /** Logs a failure. */
  error(message: string, fields?: object): void;
}

/** The least severe level that is logged. Each level includes those before it. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

const logLevels: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug'];

/** A logger without the methods that its level disables, so that no message is built for them. */
export type LeveledLogger = Readonly<Partial<Record<keyof Logger, (message: string, fields?: object) => void>>>;

/**
 * Returns a logger for the options. Its methods never throw.
 *
 * @throws {InvalidRequestError} when the logger lacks a method, or the level is unknown.
 */
export function resolveLogger(logger: Logger = console, logLevel: LogLevel = levelOfEnvironment()): LeveledLogger {
  const level = oneOf('logLevel', logLevel, logLevels);
  // Untyped programs may pass anything. Methods may be asynchronous, and their parameters are in different orders.
  type Write = (...line: unknown[]) => unknown;
  const given = logger as Partial<Record<keyof Logger | 'bindings', Write>> | false | null;
  if (!given) throwInvalid('an object such as console', 'logger', given);
  const isPino = typeof given.bindings === 'function';
  const methods = (['error', 'warn', 'info', 'debug'] as const).map((name) => {
    const write = callable(`logger.${name}`, given[name]).bind(logger);
    const log = (message: string, fields?: object) => {
      const line: unknown[] = [singleLine(`[@example/sdk] ${message}`)];
      if (fields) line[isPino ? 'unshift' : 'push'](fields);
      // A call must not fail because a log line can't be written.
      callUserCode(() => write(...line));
    };
    return [name, log];
  });
  return Object.fromEntries(methods.slice(0, logLevels.indexOf(level))) as LeveledLogger; // by the names above
}

/** Reads the level from `EXAMPLE_LOG`. A wrong value in a deployment must not keep a program from starting. */
function levelOfEnvironment(): LogLevel {
  const given = environmentVariable('EXAMPLE_LOG')?.toLowerCase();
  return logLevels.find((level) => level === given) ?? 'warn';
}

/** Limits what is remembered: a path in `client.request` or the name of a webhook event may contain an id. */
const maxLogged = 1000;

/** Returns true if a subject was not logged before, and remembers it. Forgets all if there are too many. */
export function addIfNew(logged: Set<string>, subject: string): boolean {
  if (logged.has(subject)) return false;
  if (logged.size >= maxLogged) logged.clear();
  logged.add(subject);
  return true;
}

/** Escapes line breaks and the control sequences of terminals, as JSON does. */
function singleLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escapeUnit);
}
