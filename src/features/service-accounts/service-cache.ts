import type { Db } from '../../../db/connect.ts';
import { createRowCache } from '../../lib/ttl-cache.ts';
import type { LiveService } from '../../domain/service-accounts/service-principal.ts';
import { findLiveService } from './service-token-store.ts';

/** What this instance remembers of the accounts behind service tokens, at most five seconds old. */
export type ServiceCache = {
  readonly find: (of: Parameters<typeof findLiveService>[1], now: Date) => Promise<LiveService | undefined>;
  /** Called for each notification, and by whoever changes an account here. */
  readonly forgetAccount: (accountId: string) => void;
};

export function createServiceCache(db: Db): ServiceCache {
  const rows = createRowCache<LiveService>(({ accountId }) => accountId);
  return {
    find: (of, now) => rows.find(of.tokenId, now, () => findLiveService(db, of)),
    forgetAccount: rows.forget,
  };
}
