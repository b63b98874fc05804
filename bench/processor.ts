import { readFileSync } from 'node:fs';

/** What a process has used of the processors so far, with all its threads (proc(5): utime and stime, in ticks of 10 ms). */
export function processorMs(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
