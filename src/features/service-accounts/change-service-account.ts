import { inTransaction } from '../../../db/in-transaction.ts';
import type { ServiceAccount } from '../../domain/service-accounts/service-account.ts';
import { serviceAccountNotFound } from '../../domain/service-accounts/service-problems.ts';
import { conflict, invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import {
  findCredentials,
  lockServiceAccount,
  type StoredAccount,
  saveServiceAccount,
} from './service-account-store.ts';
import { publishServiceChanged } from './service-token-store.ts';

type Settings = Pick<
  ServiceAccount,
  'owner' | 'description' | 'scopes' | 'networks' | 'enabledFrom' | 'enabledUntil' | 'status'
>;
/** A field that is left out stays as it is. */
export type ServiceAccountChange = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/**
 * The change applies at once and on every instance, also to tokens that were issued before. If `version` is given, the
 * account must still have that version. Throws 404 if there is no such account, 409 if its version differs, or 400 if
 * the window is invalid.
 */
export async function changeServiceAccount(
  deps: Pick<Deps, 'db' | 'services'>,
  ctx: AuditContext,
  {
    actorId,
    id,
    change: { version, ...change },
  }: {
    readonly actorId: string | null;
    readonly id: string;
    readonly change: ServiceAccountChange & { readonly version?: number | undefined };
  },
): Promise<StoredAccount> {
  const changed = await inTransaction(deps.db, async (tx) => {
    const account = await lockServiceAccount(tx, id);
    if (!account) throw serviceAccountNotFound();
    if (version !== undefined && version !== account.version) throw conflict();
    const next = { ...account, ...settingsOf(account, change), version: account.version + 1 };
    if (change.enabledFrom !== undefined || change.enabledUntil !== undefined) assertWindow(next, ctx.now);
    await saveServiceAccount(tx, next);
    const disabled = change.status === 'disabled' && account.status === 'active';
    const type = disabled ? 'service_account_disabled' : 'service_account_changed';
    const about = { userId: id, actorId, area: 'service', detail: { fields: fieldsOf(change) } };
    await writeAudit(tx, ctx, { type, outcome: 'success', ...about });
    await publishServiceChanged(tx, id);
    return { ...next, credentials: await findCredentials(tx, id) };
  });
  deps.services.forgetAccount(id);
  return changed;
}

function settingsOf(now: Settings, change: ServiceAccountChange): Settings {
  const { owner = now.owner, description = now.description, networks = now.networks } = change;
  const { enabledFrom = now.enabledFrom, enabledUntil = now.enabledUntil, status = now.status } = change;
  const scopes = [...new Set(change.scopes ?? now.scopes)];
  return { owner, description, networks, enabledFrom, enabledUntil, status, scopes };
}

function fieldsOf(change: ServiceAccountChange): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

type Window = { readonly enabledFrom: Date | null; readonly enabledUntil: Date | null };

/** Throws 400 if the account could never be used in this window. */
export function assertWindow({ enabledFrom, enabledUntil }: Window, now: Date): void {
  if (!enabledUntil) return;
  if (enabledUntil <= now) throw invalidField('#/enabled_until', 'Must be in the future');
  if (enabledFrom && enabledFrom >= enabledUntil)
    throw invalidField('#/enabled_until', 'Must be after enabled_from');
}
