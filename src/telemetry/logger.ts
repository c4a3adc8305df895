import { callable, oneOf } from '../utils/arguments.ts';
import { callForeign, singleLine } from '../utils/foreign.ts';
import { environmentVariable } from '../utils/runtime.ts';

/** Receives log lines. `console` is a logger. */
export interface Logger {
  /** Logs a detail for debugging, such as each request and response. */
  debug(message: string): void;
  /** Logs a normal event, such as a retry. */
  info(message: string): void;
  /** Logs a problem that the SDK has worked around. */
  warn(message: string): void;
  /** Logs a failure. */
  error(message: string): void;
}

/** The least severe level that is logged. Each level includes those before it. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

const logLevels: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug'];

/** A logger without the methods that its level switches off, so that no message is built for them. */
export type LeveledLogger = Readonly<Partial<Logger>>;

/** The options for logging. */
export interface LoggerOptions {
  readonly logger?: Logger | undefined;
  /** A {@link LogLevel}. */
  readonly logLevel?: string | undefined;
}

/**
 * The logger that the options ask for. Errors of a logger are ignored.
 *
 * @throws {InvalidRequestError} when the logger lacks a method, or the level is unknown.
 */
export function resolveLogger({ logger = console, logLevel = defaultLevel() }: LoggerOptions): LeveledLogger {
  const level = oneOf('logLevel (or EXAMPLE_LOG)', logLevel, logLevels);
  const method = (name: Exclude<LogLevel, 'off'>) => {
    // Untyped programs may pass anything. It may be asynchronous, even though its type says otherwise.
    const given: ((line: string) => unknown) | undefined = (logger as Partial<Logger> | null)?.[name];
    const write = callable(`logger.${name}`, given).bind(logger);
    if (logLevels.indexOf(name) > logLevels.indexOf(level)) return {};
    // A call must not fail because its log line could not be written.
    const log = (message: string) =>
      callForeign(
        () => write(singleLine(`[@example/sdk] ${message}`)),
        () => undefined,
      );
    return { [name]: log };
  };
  return { ...method('error'), ...method('warn'), ...method('info'), ...method('debug') };
}

function defaultLevel(): string {
  return environmentVariable('EXAMPLE_LOG')?.toLowerCase() ?? 'warn';
}
