import type { FastifyServerOptions } from 'fastify';
import { causeOf } from '../../lib/error-name.ts';

type Logger = NonNullable<FastifyServerOptions['logger']>;

/**
 * A logger in whose lines no error is quoted, whoever writes them. Fastify itself logs whole errors, such as that of work
 * which failed after its request had been answered: their messages hold URLs, and what a database quotes.
 */
export function redactedLog(logger: Logger | undefined): Logger {
  if (!logger) return false;
  const options = logger === true ? {} : logger;
  return {
    ...options,
    hooks: {
      logMethod([what, message, ...more], write) {
        const error = what instanceof Error ? what : errorIn(what);
        if (!error) return write.call(this, what, message, ...more);
        write.call(
          this,
          { cause: causeOf(error) },
          'unexpected error (see cause); see docs/observability.md',
        );
      },
    },
  };
}

function errorIn(what: unknown): Error | null {
  return typeof what === 'object' && what !== null && 'err' in what && what.err instanceof Error
    ? what.err
    : null;
}
