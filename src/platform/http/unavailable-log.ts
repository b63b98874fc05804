import type { FastifyBaseLogger } from 'fastify';

const everyMs = 1_000;

export type Line = { readonly problem: string; readonly cause: string | null };

declare module 'fastify' {
  interface FastifyInstance {
    /** Logs a 503. Lines of the same `kind` are counted together. */
    readonly logUnavailable: (kind: string, line: Line, log: FastifyBaseLogger) => void;
  }
}

type Flood = { line: Line; count: number; readonly timer: NodeJS.Timeout };

/**
 * Logs the first 503 of a kind at once, and then once a second how many followed. In an overload each line costs time
 * that is already scarce. A second without a 503 ends the count. `end` logs what is left.
 */
export function unavailableLogger(log: FastifyBaseLogger) {
  const floods = new Map<string, Flood>();

  function record(kind: string, line: Line, own: FastifyBaseLogger): void {
    const flood = floods.get(kind);
    if (flood) {
      flood.count += 1;
      flood.line = line;
      return;
    }
    own.error(line, 'refused');
    const timer = setInterval(() => flush(kind), everyMs);
    timer.unref();
    floods.set(kind, { line, count: 0, timer });
  }

  function flush(kind: string): void {
    const flood = floods.get(kind);
    if (!flood) return;
    if (flood.count === 0) {
      clearInterval(flood.timer);
      floods.delete(kind);
      return;
    }
    log.error({ ...flood.line, count: flood.count }, 'refused');
    flood.count = 0;
  }

  function end(): void {
    for (const [kind, { timer }] of floods) {
      flush(kind);
      clearInterval(timer);
    }
    floods.clear();
  }

  return { record, end };
}
