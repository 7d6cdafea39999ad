import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { HostConfig } from './host-config.ts';

/** JSON lines on standard error or in a file. What could hold a secret is cut out, wherever it stands. */
export function serviceLogger({ logging }: Pick<HostConfig, 'logging'>): Logger {
  const destination = logging.file ?? 2;
  return pino(
    {
      level: logging.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['password', 'token', 'secret', 'authorization', '*.password', '*.token', '*.secret', '*.authorization'],
        remove: true,
      },
    },
    pino.destination({ dest: destination, sync: true, mkdir: true, mode: 0o600 }),
  );
}

/** Nest's own messages, in the same form; what it says of its start is for developers. */
export function nestLogger(logger: Logger): LoggerService {
  const text = (message: unknown): string => (message instanceof Error ? message.message : String(message));
  return {
    log: (message: unknown) => logger.debug(text(message)),
    debug: (message: unknown) => logger.debug(text(message)),
    verbose: (message: unknown) => logger.debug(text(message)),
    warn: (message: unknown) => logger.warn(text(message)),
    error: (message: unknown) => logger.error(text(message)),
    fatal: (message: unknown) => logger.fatal(text(message)),
  };
}

/** What Node warns of goes where everything else of this process goes: standard error may be a person's terminal. */
export function logWarnings(logger: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => logger.debug({ from: 'node', name }, message));
}
