import type { FastifyBaseLogger } from 'fastify';

const everyMs = 1_000;

export type Line = { readonly problem: string; readonly cause: string | null };

declare module 'fastify' {
  interface FastifyInstance {
    /** Tells the log of a 503. `kind` is what is counted together. */
    readonly tellUnavailable: (kind: string, line: Line, log: FastifyBaseLogger) => void;
  }
}

type Flood = { line: Line; count: number; readonly timer: NodeJS.Timeout };

/**
 * Tells of the first 503 of a kind at once, and of those after it once a second how many there were: in an overload
 * each line costs what there is too little of. A second without one ends the flood. `end` tells what is left.
 */
export function unavailableLogger(log: FastifyBaseLogger) {
  const floods = new Map<string, Flood>();

  function tell(kind: string, line: Line, own: FastifyBaseLogger): void {
    const flood = floods.get(kind);
    if (flood) {
      flood.count += 1;
      flood.line = line;
      return;
    }
    own.error(line, 'refused');
    const timer = setInterval(() => look(kind), everyMs);
    timer.unref();
    floods.set(kind, { line, count: 0, timer });
  }

  function look(kind: string): void {
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
      look(kind);
      clearInterval(timer);
    }
    floods.clear();
  }

  return { tell, end };
}
