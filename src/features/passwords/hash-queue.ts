import { dependencyUnavailable } from '../../lib/problem.ts';
import type { HashState } from '../../platform/kernel/ports.ts';

export type HashQueue = {
  /** `line`: the name of the queue that the work waits in, such as the client's network. */
  readonly run: <Result>(line: string, work: () => Promise<Result>) => Promise<Result>;
  readonly state: () => HashState;
};
type Waiter = { readonly go: () => void; readonly refuse: (problem: Error) => void };

/**
 * Runs at most `running` works at once and lets at most `waiting` more wait. Each hash takes memory and a thread for
 * some 20 ms. Without a bound, a flood of logins would exhaust the memory. It would also starve file access and name
 * resolution, which share the threads.
 *
 * Each `line` is a queue of its own, and the lines take turns. A client that sends a thousand passwords delays only
 * itself. If too many callers wait, the queue refuses the last waiter of the longest line at once, with 503 and
 * `retry_after` (seconds). If the newcomer's own line would become the longest, the queue refuses the newcomer
 * instead.
 */
export function createHashQueue(limits: { readonly running: number; readonly waiting: number }): HashQueue {
  const lines = new Map<string, Waiter[]>(); // in the order of their turns
  let running = 0;
  let waiting = 0;
  let refused = 0;

  async function run<Result>(line: string, work: () => Promise<Result>): Promise<Result> {
    if (running < limits.running) running += 1;
    else await turn(line);
    try {
      return await work();
    } finally {
      // The place goes directly to the next waiter, so that no newcomer can overtake the waiters.
      const next = takeNext();
      if (next) next.go();
      else running -= 1;
    }
  }

  function turn(line: string): Promise<void> {
    if (waiting >= limits.waiting) makeRoomFor(line);
    return new Promise((resolve, reject) => {
      const own = lines.get(line);
      const waiter = { go: resolve, refuse: reject };
      if (own) own.push(waiter);
      else lines.set(line, [waiter]);
      waiting += 1;
    });
  }

  /** Takes the first waiter of the first line. That line then moves to the end of the round. */
  function takeNext(): Waiter | undefined {
    const [first] = lines;
    if (!first) return undefined;
    const [line, waiters] = first;
    lines.delete(line);
    const next = waiters.shift();
    if (waiters.length > 0) lines.set(line, waiters);
    waiting -= 1;
    return next;
  }

  function makeRoomFor(line: string): void {
    refused += 1;
    let longest: Waiter[] = [];
    for (const waiters of lines.values()) if (waiters.length > longest.length) longest = waiters;
    const own = lines.get(line)?.length ?? 0;
    if (longest.length <= own + 1) throw queueFull();
    longest.pop()?.refuse(queueFull()); // the line had more than one waiter, so it stays
    waiting -= 1;
  }

  return { run, state: () => ({ running, waiting, refused }) };
}

function queueFull() {
  return dependencyUnavailable({
    detail: 'Too many passwords are being checked. Try again.',
    retry_after: 1,
  });
}
