import { type KeyPhase, newestFirst, phaseOfKey, retiresAt } from '../../domain/tokens/signing-key.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findSigningKeys } from './signing-key-store.ts';

export type ListedKey = {
  readonly kid: string;
  readonly phase: KeyPhase;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  /** Null while the key has no successor. */
  readonly retiresAt: Date | null;
};

/** The existing signing keys, newest first, each with its current phase. */
export async function listKeys({ db }: Pick<Deps, 'db'>): Promise<readonly ListedKey[]> {
  const now = new Date();
  const keys = newestFirst(await findSigningKeys(db));
  return keys.map(({ kid, createdAt, signsFrom }) => ({
    kid,
    phase: phaseOfKey(keys, kid, now),
    createdAt,
    signsFrom,
    retiresAt: retiresAt(keys, kid),
  }));
}
