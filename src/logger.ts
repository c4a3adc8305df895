/** Where log lines go. `console` is one. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const logLevels = ['off', 'error', 'warn', 'info', 'debug'] as const;

/** How much is logged: each level includes those before it. */
export type LogLevel = (typeof logLevels)[number];

const silent = () => undefined;

/** The same logger, mute above the level. A logger that throws changes nothing. */
export function atLevel(logger: Logger, level: LogLevel): Logger {
  const method = (name: Exclude<LogLevel, 'off'>) => {
    if (logLevels.indexOf(name) > logLevels.indexOf(level)) return silent;
    return (message: string) => {
      try {
        logger[name](`[@example/sdk] ${message}`);
      } catch {
        // The call that is logged must not fail with its log line.
      }
    };
  };
  return { error: method('error'), warn: method('warn'), info: method('info'), debug: method('debug') };
}
