import { callable, oneOf } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';

/** Where log lines go. `console` is one. */
export interface Logger {
  /** Takes a line for who looks for a mistake: every request and response. */
  debug(message: string): void;
  /** Takes a line that is good to know. */
  info(message: string): void;
  /** Takes a line about what deserves a look. */
  warn(message: string): void;
  /** Takes a line about what failed. */
  error(message: string): void;
}

/** How much is logged: each level includes those before it. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

const logLevels: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug'];

/** A logger at a level: it lacks the methods above, so that for those not even a message is made. */
export type LeveledLogger = Readonly<Partial<Logger>>;

/** What the options say of logging. */
export interface LoggerOptions {
  readonly logger?: Logger | undefined;
  readonly logLevel?: LogLevel | undefined;
}

/**
 * The logger of the options, up to their level. A logger that throws changes nothing.
 *
 * @throws InvalidRequestError
 */
export function resolveLogger({ logger = console, logLevel }: LoggerOptions): LeveledLogger {
  const level = oneOf('logLevel (or EXAMPLE_LOG)', logLevel ?? environmentVariable('EXAMPLE_LOG') ?? 'warn', logLevels);
  const method = (name: Exclude<LogLevel, 'off'>) => {
    const given = (logger as Partial<Logger> | null)?.[name]; // A program without types may hand in anything.
    // It may be asynchronous, whatever its type says.
    const write: (line: string) => unknown = callable(`logger.${name}`, given?.bind(logger));
    if (logLevels.indexOf(name) > logLevels.indexOf(level)) return {};
    const log = (message: string) => {
      try {
        const logged = write(`[@example/sdk] ${message}`);
        if (logged instanceof Promise) logged.catch(() => undefined);
      } catch {
        // The call that is logged must not fail with its log line.
      }
    };
    return { [name]: log };
  };
  return { ...method('error'), ...method('warn'), ...method('info'), ...method('debug') };
}
