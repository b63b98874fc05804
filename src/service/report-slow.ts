type Print = (line: string) => void;

/** Runs a step of the start, and reports it if it takes longer than a second. */
export type ReportSlow = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

export const reportNothing: ReportSlow = (_what, work) => work();

/** The first line of a start, printed before anything is loaded. On a slow machine the rest takes half a minute. */
export const startLine = 'Sallyport starts …';

const slowMs = 1_000;

/**
 * Prints one line for each slow step: during the step, or at its end if it blocked the event loop. The embedded
 * database does that. A failing step reports its own error.
 */
export function reportSlow(print: Print, clock: () => number = () => performance.now()): ReportSlow {
  return async (what, work) => {
    const from = clock();
    let reported = false;
    const timer = setTimeout(() => {
      reported = true;
      print(`  ${what} …`);
    }, slowMs);
    try {
      const result = await work();
      const ms = clock() - from;
      if (!reported && ms >= slowMs) print(`  ${what} took ${(ms / 1000).toFixed(1)} seconds`);
      return result;
    } finally {
      clearTimeout(timer);
    }
  };
}
