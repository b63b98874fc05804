import type { Db } from '../../../db/connect.ts';
import { sweep } from '../../../db/sweep.ts';
import { type Background, inRounds } from '../../lib/periodic-job.ts';

const everyMs = 30_000;

/** Sweeps in the background. */
export function startSweeper(db: Db, onFailure: (error: unknown) => void): Background {
  return inRounds(everyMs, () => sweep(db, new Date()), onFailure);
}
