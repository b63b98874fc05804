import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const nice = 10; // of 19: a ninth of the share of a thread that is not lowered, where both want the same core
const tasks = '/proc/self/task';

/**
 * Lets hashing have only what nobody else wants: the threads that hash passwords get a lower priority than the one that
 * answers requests, which a flood of logins would otherwise push off the cores. File access and name resolution share
 * these threads, and wait for hashes anyway. Linux alone has priorities of threads; elsewhere this does nothing.
 * To be called once there has been some file access, for the threads begin with it.
 */
export function lowerHashPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    for (const id of readdirSync(tasks)) {
      const name = readFileSync(`${tasks}/${id}/comm`, 'utf8').trim();
      if (name === 'libuv-worker') setPriority(Number(id), nice);
    }
  } catch {
    // a sandbox may forbid it; then it is as it was
  }
}
