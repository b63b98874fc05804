import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const nice = 10; // of 19: on a shared core, a ninth of the time of a normal thread
const tasks = '/proc/self/task';

/**
 * Gives the threads that hash passwords a lower priority than the thread that answers requests. Otherwise a flood of
 * logins would take all the cores. File access and name resolution share these threads, and wait for hashes anyway.
 * Only Linux has priorities of threads, so this does nothing elsewhere. The caller must call it after some file access,
 * because that starts the threads.
 */
export function lowerHashPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    for (const id of readdirSync(tasks)) {
      const name = readFileSync(`${tasks}/${id}/comm`, 'utf8').trim();
      if (name === 'libuv-worker') setPriority(Number(id), nice);
    }
  } catch {
    // a sandbox may forbid it; then the priority does not change
  }
}
