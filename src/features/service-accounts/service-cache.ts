import type { Db } from '../../../db/connect.ts';
import type { LiveService } from '../../domain/service-accounts/service-principal.ts';
import { createTtlCache } from '../../lib/ttl-cache.ts';
import type { ServiceCache } from '../../platform/kernel/ports.ts';
import { findLiveService } from './service-token-store.ts';

export function createServiceCache(db: Db): ServiceCache {
  const rows = createTtlCache<LiveService>(({ accountId }) => accountId);
  return {
    find: (of, now) => rows.find(of.tokenId, now, () => findLiveService(db, of)),
    forgetAccount: rows.forget,
  };
}
