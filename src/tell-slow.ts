/** Runs some work of the start, and tells what it is where it takes longer than a second. */
export type TellSlow = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

export const tellNothing: TellSlow = (_what, work) => work();

const slowMs = 1_000;

/**
 * Prints a line for each thing that takes long, once: while it lasts, or at its end where it let nothing else run, as an
 * embedded database does.
 */
export function tellSlow(
  print: (line: string) => void,
  clock: () => number = () => performance.now(),
): TellSlow {
  return async (what, work) => {
    const begin = clock();
    let told = false;
    const tell = (line: string) => {
      if (!told) print(line);
      told = true;
    };
    const timer = setTimeout(() => tell(`  ${what} …`), slowMs);
    try {
      const result = await work();
      const ms = clock() - begin;
      if (ms >= slowMs) tell(`  ${what} took ${(ms / 1000).toFixed(1)} seconds.`);
      return result;
    } finally {
      clearTimeout(timer); // what fails says so itself
    }
  };
}
