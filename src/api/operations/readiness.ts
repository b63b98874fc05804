import { z } from 'zod';
import { isUnavailable, ping } from '../../../db/availability.ts';
import { missingMigrations } from '../../../db/migrate.ts';
import { readSigningKeys } from '../../features/tokens/signing-keys.ts';
import { defineProblem, dependencyUnavailable } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { ClockWatch } from '../../platform/kernel/ports.ts';

/** What must be in order before anybody is sent here. */
const readyParts = ['database', 'clock', 'migrations', 'keys', 'draining'] as const;
export type ReadyPart = (typeof readyParts)[number];

/** `not_ready`: the parts that are not in order. */
export const notReady = defineProblem(503, 'not-ready', 'Not ready for requests');

/**
 * What this instance cannot work without: a database that takes writes and has the same time, at least as new as this code
 * (a newer one is in order, for each release runs beside the next), and a signing key that our vault keys open.
 */
export async function faultOf(deps: Pick<Deps, 'db' | 'vault' | 'clock'>): Promise<ReadyPart | null> {
  try {
    const theirs = await ping(deps.db);
    deps.clock.note(theirs);
    if (!clocksAgree(theirs, new Date())) return 'clock';
    if ((await missingMigrations(deps.db)).length > 0) return 'migrations';
  } catch {
    return 'database';
  }
  try {
    return (await readSigningKeys(deps)).length > 0 ? null : 'keys';
  } catch (error) {
    return isUnavailable(error) ? 'database' : 'keys';
  }
}

const toleratedMs = 30_000;

/**
 * One of the two clocks is wrong, ours or the database's, and only an operator can say which: with a clock that is
 * behind, what has expired lives again for as long, and one that is ahead forgets locks. So an instance whose clock
 * differs is not ready. On the embedded database both are the same clock.
 */
export function clocksAgree(databaseTime: Date, now: Date): boolean {
  return Math.abs(databaseTime.getTime() - now.getTime()) <= toleratedMs;
}

/** For the embedded database, whose clock is ours. */
export const sameClock: ClockWatch = { assertRight: () => {}, compare: async () => true, note: () => true };

const jumpMs = 1_000;

/**
 * Remembers how the clock of the process compared with the database's, which is asked by `databaseTime` every few seconds
 * and at each question for readiness. The monotonic clock tells of a jump in between: of a machine that was suspended, say,
 * or whose time was set. An instance whose clock is wrong grants nothing: no code and no grace could be judged by it.
 */
export function watchClock(databaseTime: () => Promise<Date>): ClockWatch {
  let known: { readonly right: boolean; readonly offsetMs: number } | null = null;

  function note(theirs: Date): boolean {
    known = { right: clocksAgree(theirs, new Date()), offsetMs: offset() };
    return known.right;
  }

  async function compare(): Promise<boolean> {
    return note(await databaseTime());
  }

  function assertRight(): void | Promise<void> {
    if (!known || Math.abs(offset() - known.offsetMs) > jumpMs) return compare().then(refuseUnless);
    refuseUnless(known.right);
  }

  return { assertRight, compare, note };
}

function offset(): number {
  return Date.now() - performance.now();
}

function refuseUnless(right: boolean): void {
  if (right) return;
  throw dependencyUnavailable({ detail: 'The clock of this instance is wrong. Try again.', retry_after: 5 });
}

/** How GET /health/ready refuses: as an example, and what it carries beside the usual. */
export const notReadyShown = [
  notReady({ detail: 'The database does not answer.', not_ready: ['database'], retry_after: 5 }),
  { not_ready: z.array(z.enum(readyParts)), retry_after: z.int().min(0).describe('Seconds') },
] as const;
