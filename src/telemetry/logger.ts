import { callable, oneOf, throwInvalid } from '../utils/arguments.ts';
import { escapeUnit } from '../utils/json.ts';
import { callUserCode } from '../utils/user-code.ts';
import { environmentVariable } from '../utils/runtime.ts';

/**
 * Receives log lines: `console`, or a logger of pino, winston and others. Each line has a message, and fields such as
 * `callId`, `route` and `attempt`. pino receives the fields first, as its methods expect.
 */
export interface Logger {
  /** Logs a detail for debugging, such as each request and response. */
  debug(message: string, fields?: object): void;
  /** Logs a normal event, such as a retry. */
  info(message: string, fields?: object): void;
  /** Logs a problem that the SDK has worked around. */
  warn(message: string, fields?: object): void;
  /** Logs a failure. */
  error(message: string, fields?: object): void;
}

/** The least severe level that is logged. Each level includes those before it. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

const logLevels: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug'];

/** A logger without the methods that its level switches off: no message is built for them. */
export type LeveledLogger = Readonly<Partial<Record<keyof Logger, (message: string, fields?: object) => void>>>;

/**
 * The logger that the options ask for. Errors of a logger are ignored.
 *
 * @throws {InvalidRequestError} when the logger lacks a method, or the level is unknown.
 */
export function resolveLogger(
  logger: Logger = console,
  logLevel: LogLevel = levelOfEnvironment(logger),
): LeveledLogger {
  const level = oneOf('logLevel', logLevel, logLevels);
  // Untyped programs may pass anything. Methods may be asynchronous, and the order of their parameters differs.
  type Write = (...line: unknown[]) => unknown;
  const given = logger as Partial<Record<keyof Logger | 'bindings', Write>> | false | null;
  if (!given) throwInvalid('an object such as console', 'logger', given);
  const isPino = typeof given.bindings === 'function';
  const methods = (['error', 'warn', 'info', 'debug'] as const).map((name) => {
    const write = callable(`logger.${name}`, given[name]).bind(logger);
    const log = (message: string, fields?: object) => {
      const line: unknown[] = [singleLine(`[@example/sdk] ${message}`)];
      if (fields) line[isPino ? 'unshift' : 'push'](fields);
      // A call must not fail because its log line could not be written.
      callUserCode(() => write(...line));
    };
    return [name, log];
  });
  return Object.fromEntries(methods.slice(0, logLevels.indexOf(level))) as LeveledLogger;
}

/** The values of `EXAMPLE_LOG` that were logged as wrong. */
const loggedLevels = new Set<string>();

/** The level in `EXAMPLE_LOG`. A wrong value in a deployment must not keep a program from starting. */
function levelOfEnvironment(logger: Partial<Logger> | null): LogLevel {
  const given = environmentVariable('EXAMPLE_LOG')?.toLowerCase() ?? 'warn';
  const level = logLevels.find((each) => each === given);
  if (level === undefined && addIfNew(loggedLevels, given))
    callUserCode(() =>
      logger?.warn?.(`[@example/sdk] EXAMPLE_LOG must be one of ${logLevels.join(', ')}; warn is used.`),
    );
  return level ?? 'warn';
}

/** The most subjects that are remembered: a path in `client.request`, or a webhook event's name, may contain an id. */
const maxLogged = 1000;

/** Returns whether a subject was not logged before, and remembers it. When there are too many, all are forgotten. */
export function addIfNew(logged: Set<string>, subject: string): boolean {
  if (logged.has(subject)) return false;
  if (logged.size >= maxLogged) logged.clear();
  logged.add(subject);
  return true;
}

/** The text on one line: line breaks and the control sequences of terminals are escaped as in JSON. */
function singleLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escapeUnit);
}
