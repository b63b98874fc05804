import { z } from 'zod';
import { isUnavailable, ping } from '../../../db/availability.ts';
import { missingMigrations } from '../../../db/migrate.ts';
import { readSigningKeys } from '../../features/tokens/signing-keys.ts';
import { defineProblem, dependencyUnavailable, wholeSeconds } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { ClockWatch } from '../../platform/kernel/ports.ts';

/** The parts that must be in order before a load balancer sends requests to this instance. */
const readyParts = ['database', 'clock', 'migrations', 'keys', 'draining'] as const;
export type ReadyPart = (typeof readyParts)[number];

/** `not_ready`: the parts that are not in order. */
export const notReady = defineProblem(
  503,
  'not-ready',
  'Not ready for requests',
  z.object({ not_ready: z.array(z.enum(readyParts)), retry_after: wholeSeconds.describe('Seconds') }),
);

/**
 * The first part that is not in order, or null. The database must accept writes and have the same time as this
 * instance. Its schema must not be older than this release; it may be newer, because each release runs beside the next.
 * The vault keys must decrypt a signing key.
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
 * Whether the clocks of the instance and the database differ by at most 30 seconds. If not, one is wrong, and only an
 * operator can find out which. A slow clock would accept expired tokens and codes; a fast clock would end locks early.
 * So the instance is not ready. With the embedded database both are the same clock.
 */
export function clocksAgree(databaseTime: Date, now: Date): boolean {
  return Math.abs(databaseTime.getTime() - now.getTime()) <= toleratedMs;
}

/** For the embedded database, which uses the clock of this process. */
export const sameClock: ClockWatch = { assertRight: () => {}, compare: async () => true, note: () => true };

const jumpMs = 1_000;

/**
 * Remembers whether the clocks of the process and of the database agree. The caller compares them every few seconds
 * with `compare`, and each readiness check passes the time of the database to `note`.
 *
 * Between comparisons, the monotonic clock shows a jump, for example after a suspension of the machine or a change of
 * its time. While its clock is wrong, an instance grants nothing, because it cannot judge codes and grace periods.
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
