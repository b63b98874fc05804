import { isTrusted } from '../../domain/devices/device-trust.ts';
import { destinationOf } from '../../domain/mfa/provider.ts';
import { type AccountRule, isProven } from '../../domain/recovery/account-rule.ts';
import { recoveryOver } from '../../domain/recovery/recovery-problems.ts';
import type { RecoveryKind } from '../../domain/recovery/recovery-rule.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { listDevices } from '../devices/device-store.ts';
import { dataOf, listFactors } from '../mfa/factor-store.ts';
import { recoveryCodesLeft } from '../mfa/passkeys-owned.ts';
import { hashOfTyped } from '../mfa/providers/one-time-codes.ts';
import { listToAsk } from './colleague-store.ts';
import { findAccountRule } from './find-account-rule.ts';
import { findByCode, type OwnRecovery } from './recovery-store.ts';

/** The methods whose factors are addresses. A push is none. */
export const addressMethods: readonly string[] = ['email', 'sms'];

export type RecoveryDeps = Pick<
  Deps,
  | 'db'
  | 'vault'
  | 'letterhead'
  | 'providers'
  | 'metrics'
  | 'hasher'
  | 'passwordLimits'
  | 'smsRules'
  | 'portalUrl'
  | 'sessions'
>;

/** A live recovery and the rule that is in force now. Throws 401 invalid-token. */
export async function recoveryOfCode(
  deps: Pick<Deps, 'db'>,
  ctx: RequestContext,
  code: string,
): Promise<{ readonly recovery: OwnRecovery; readonly rule: AccountRule }> {
  const recovery = await findByCode(deps.db, hashOfTyped(code), ctx.now);
  const rule = recovery && (await findAccountRule(deps.db, ctx, recovery.roles));
  if (!recovery || !rule) throw recoveryOver();
  return { recovery, rule };
}

/**
 * The factors of the account that are a second address. The address of the account is none: the recovery began in that
 * mailbox, so it would be one proof twice.
 */
export async function secondAddresses(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  { userId, email }: Pick<OwnRecovery, 'userId' | 'email'>,
) {
  const factors = await listFactors(deps.db, userId);
  return factors.filter((factor) => {
    const provider = deps.providers.get(factor.method);
    if (!provider || factor.disabled || !addressMethods.includes(factor.method)) return false;
    const to = destinationOf(provider, dataOf(deps, provider, factor));
    return to !== null && to.toLowerCase() !== email.toLowerCase();
  });
}

export type RecoveryView = {
  readonly username: string;
  readonly state: 'open' | 'waiting' | 'ready';
  readonly shown: readonly RecoveryKind[];
  /** The kinds that this account can still show. */
  readonly ways: readonly RecoveryKind[];
  readonly addresses: readonly {
    readonly id: string;
    readonly method: string;
    readonly hint: string | null;
  }[];
  readonly colleaguesAsked: boolean;
  readonly needsColleague: boolean;
  readonly waitHours: number;
  readonly readyAt: Date | null;
  readonly expiresAt: Date;
};

/** How a recovery stands, for the person who has its code. Throws 401 invalid-token. */
export async function readRecovery(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  ctx: RequestContext,
  code: string,
): Promise<RecoveryView> {
  const { recovery, rule } = await recoveryOfCode(deps, ctx, code);
  const { username, state, shown, askedAt, readyAt, expiresAt } = recovery;
  const addresses = await secondAddresses(deps, recovery);
  const has: Record<RecoveryKind, boolean> = {
    recovery_code: recoveryCodesLeft(deps, await listFactors(deps.db, recovery.userId)) > 0,
    address: addresses.length > 0,
    device: !recovery.passwordless && (await hasTrustedDevice(deps, ctx, recovery.userId)),
    colleague: (await listToAsk(deps.db, recovery.id)).length > 0,
  };
  const isReady = readyAt !== null && readyAt <= ctx.now && isProven(rule, shown);
  return {
    username,
    state: state !== 'waiting' ? 'open' : isReady ? 'ready' : 'waiting',
    shown,
    ways: rule.from.filter((kind) => has[kind] && !shown.includes(kind)),
    addresses: addresses.map(({ id, method, hint }) => ({ id, method, hint })),
    colleaguesAsked: askedAt !== null,
    needsColleague: rule.needsColleague,
    waitHours: rule.waitHours,
    readyAt,
    expiresAt,
  };
}

async function hasTrustedDevice(
  { db }: Pick<Deps, 'db'>,
  { policies, now }: RequestContext,
  userId: string,
): Promise<boolean> {
  const devices = await listDevices(db, userId);
  return devices.some((device) => isTrusted(device, policies[device.area], now));
}
