import type { Db } from '../../../db/connect.ts';
import { nameOfDay } from '../../domain/adoption/days.ts';
import { rangeOf } from '../../domain/adoption/scorecard.ts';
import type { VerificationTimes } from '../../platform/kernel/ports.ts';
import { addVerificationTimes } from './scorecard-store.ts';

/**
 * Counts how long this instance takes to answer verifications, in memory. `flush` adds the counts to the table. If
 * the database is not available, the counts wait for the next `flush`.
 */
export function createVerificationTimes(db: Db): VerificationTimes {
  let waiting = new Map<number, number>();

  function note(ms: number): void {
    const range = rangeOf(ms);
    waiting.set(range, (waiting.get(range) ?? 0) + 1);
  }

  async function flush(now: Date): Promise<void> {
    const counts = waiting;
    waiting = new Map();
    try {
      await addVerificationTimes(db, nameOfDay(now), counts);
    } catch (error) {
      for (const [range, answers] of counts) waiting.set(range, (waiting.get(range) ?? 0) + answers);
      throw error;
    }
  }

  return { note, flush };
}
