import { useRef, useState } from 'react';

/**
 * One piece of work at a time: whether it is under way, and what it threw. `run` gives undefined if it threw, or if
 * the work before is not done.
 */
export function useAction() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef(false);
  async function run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      return await work();
    } catch (thrown) {
      setError(thrown);
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }
  return { isBusy, error, setError, run };
}
