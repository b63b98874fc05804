import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { eventTypes } from '../../src/domain/audit/events.ts';
import type { Checkpoint } from '../../src/domain/audit/seal.ts';
import { readLog } from '../../src/features/audit/read-log.ts';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { findSealsAfter } from '../../src/features/audit/seal-store.ts';
import { type ChainReport, verifyChain } from '../../src/features/audit/verify-chain.ts';
import { type VerifyInput, verifyLog } from '../../src/features/audit/verify-log.ts';
import { createChecker } from '../../src/lib/crypto/audit-signer.ts';
import type { World } from './world.ts';

type Sealed = Pick<World, 'deps' | 'database'>;

/** Writes events of all kinds as the service would, in one statement; `at` is when they happened. */
export async function insertEvents({ database }: Sealed, count: number, at = new Date()): Promise<void> {
  const rows = Array.from({ length: count }, (_, number) => ({
    at,
    type: eventTypes[number % eventTypes.length] ?? 'mfa_passed',
    outcome: (['success', 'failure', 'refused'] as const)[number % 3] ?? 'success',
    userId: number % 4 ? randomUUID() : null,
    area: number % 2 ? 'public' : null,
    method: number % 3 ? 'totp' : null,
    requestId: randomUUID(),
    ip: `198.51.100.${number % 250}`,
    userAgent: number % 2 ? 'curl/8' : null,
    detail: number % 5 ? null : JSON.stringify({ left: number, reason: 'wrong', roles: ['user'] }),
  }));
  await database.db.insertInto('auditEvents').values(rows).execute();
}

/** Starts the log anew: the next event is number 1, and so is the next seal. */
export async function clearLog({ database: { owner } }: World): Promise<void> {
  for (const table of ['audit_events', 'audit_seals', 'audit_cut', 'audit_deliveries'])
    await sql`delete from ${sql.table(table)}`.execute(owner);
  await sql`alter sequence audit_events_seq_seq restart`.execute(owner);
}

/** So many events in each of so many seals. */
export async function sealedLog(world: Sealed, seals: number, eventsEach: number): Promise<void> {
  for (let seal = 0; seal < seals; seal += 1) {
    await insertEvents(world, eventsEach);
    await sealEvents(world.deps);
  }
}

/** The audit as it stands in the database, held against its seals alone. */
export function check({ deps }: Sealed): Promise<ChainReport> {
  return verifyChain(readLog(deps), createChecker(deps.vault.signer.keys));
}

export async function publishedCheckpoints({ deps }: Sealed): Promise<readonly Checkpoint[]> {
  return findSealsAfter(deps.db, 0, 100_000);
}

/** And against the published checkpoints. */
export function verify(
  { deps }: Sealed,
  checkpoints: readonly Checkpoint[] = [],
  more: Partial<VerifyInput> = {},
) {
  async function* outside() {
    yield* checkpoints;
  }
  return verifyLog(deps, { checkpoints: outside, sealing: false, ...more });
}

/** `changed 17`, `removed seal 3`: which record is named, in one line. */
export function summaryOf({ fault }: ChainReport): string {
  if (!fault) return 'holds';
  return fault.seq === null ? `${fault.kind} seal ${fault.seal}` : `${fault.kind} ${fault.seq}`;
}
