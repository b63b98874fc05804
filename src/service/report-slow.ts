type Print = (line: string) => void;

/** Runs some work of the start, and reports it where it takes longer than a second. */
export type ReportSlow = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

export const reportNothing: ReportSlow = (_what, work) => work();

/** The first line of a start, before anything is loaded: on a slow machine the rest takes half a minute. */
export const startLine = 'Sallyport starts …';

const slowMs = 1_000;

/**
 * Prints a line for each thing that takes long, once: while it lasts, or at its end where it let nothing else run, as the
 * embedded database does. What fails says so itself.
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
