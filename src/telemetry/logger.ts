import { callable, oneOf } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';

/** Receives log lines. `console` is one. */
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

/** The options that concern logging. */
export interface LoggerOptions {
  readonly logger?: Logger | undefined;
  readonly logLevel?: LogLevel | undefined;
}

/**
 * The logger that the options ask for. A logger that throws or rejects changes nothing.
 *
 * @throws {InvalidRequestError} when the logger lacks a method, or the level is unknown.
 */
export function resolveLogger({ logger = console, logLevel }: LoggerOptions): LeveledLogger {
  const level = oneOf('logLevel (or EXAMPLE_LOG)', logLevel ?? environmentVariable('EXAMPLE_LOG') ?? 'warn', logLevels);
  const method = (name: Exclude<LogLevel, 'off'>) => {
    const given = (logger as Partial<Logger> | null)?.[name]; // Untyped programs may pass anything.
    // It may be asynchronous, although its type says otherwise.
    const write: (line: string) => unknown = callable(`logger.${name}`, given?.bind(logger));
    if (logLevels.indexOf(name) > logLevels.indexOf(level)) return {};
    const log = (message: string) => {
      try {
        const logged = write(`[@example/sdk] ${message}`);
        if (logged instanceof Promise) logged.catch(() => undefined);
      } catch {
        // A call must not fail because its log line could not be written.
      }
    };
    return { [name]: log };
  };
  return { ...method('error'), ...method('warn'), ...method('info'), ...method('debug') };
}
