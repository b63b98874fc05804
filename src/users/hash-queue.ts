import { dependencyUnavailable } from '../problem.ts';

export type HashQueue = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Runs at most `running` works at once and lets at most `waiting` more wait, first come, first served. Each hash takes
 * memory and a thread for some 20 ms, so without a bound a flood of logins would exhaust the one and starve file
 * access and name resolution, which share the threads. Who finds the queue full is refused at once with 503 and
 * `retry_after` (seconds), before any work.
 */
export function createHashQueue(limits: { readonly running: number; readonly waiting: number }): HashQueue {
  const queue: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < limits.running) {
      running += 1;
    } else {
      if (queue.length >= limits.waiting) throw queueFull();
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not given back, so that nobody who comes now can overtake those who wait.
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function queueFull() {
  return dependencyUnavailable({
    detail: 'Too many passwords are being checked; try again.',
    retry_after: 1,
  });
}
