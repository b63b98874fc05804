import type { FastifyServerOptions } from 'fastify';
import { causeOf } from '../../lib/error-name.ts';

type Logger = NonNullable<FastifyServerOptions['logger']>;

/**
 * A logger that never quotes an error. Fastify itself logs whole errors, for example of work that failed after its
 * answer. Their messages contain URLs, and values that the database quotes.
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
