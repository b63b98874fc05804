import { isUnavailable } from '../../../db/availability.ts';
import { missingMigrations } from '../../../db/migrate.ts';
import { ping } from '../../../db/ping.ts';
import { clocksAgree } from './clock-check.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { readSigningKeys } from '../../features/tokens/signing-keys.ts';
import { defineProblem } from '../../lib/problem.ts';

/** What must be in order before anybody is sent here. */
export const readyParts = ['database', 'clock', 'migrations', 'keys', 'draining'] as const;
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
