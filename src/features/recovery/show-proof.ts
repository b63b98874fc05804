import { inTransaction } from '../../../db/in-transaction.ts';
import { endOf, evaluateDevice, type GivenDevice } from '../../domain/devices/device-trust.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { challengeInvalid, mfaTokenInvalid, mfaTokenUsed } from '../../domain/mfa/mfa-problems.ts';
import type { AccountRule } from '../../domain/recovery/account-rule.ts';
import { recoveryConflict } from '../../domain/recovery/recovery-problems.ts';
import type { RecoveryKind } from '../../domain/recovery/recovery-rule.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { exchangeDeviceToken, findByDeviceToken } from '../devices/device-store.ts';
import { endStolenDevice } from '../mfa/end-stolen-device.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { parseAnswer, type VerificationPurpose } from '../mfa/verification.ts';
import { verifyAnswer } from '../mfa/verify-answer.ts';
import { assertOwnPassword } from '../passwords/verify-current-password.ts';
import { notAllowed } from './ask-in-recovery.ts';
import { recordShown } from './record-shown.ts';
import type { OwnRecovery } from './recovery-store.ts';
import { addressMethods, type RecoveryDeps, recoveryOfCode } from './recovery-ways.ts';

type Open = { readonly recovery: OwnRecovery; readonly rule: AccountRule };

/** A recovery that takes this kind now. Throws 401, 403 or 409 before anything is counted or compared. */
export async function openRecoveryFor(
  deps: RecoveryDeps,
  ctx: RequestContext,
  { code, kind }: { readonly code: string; readonly kind: RecoveryKind },
): Promise<Open> {
  const open = await recoveryOfCode(deps, ctx, code);
  const { recovery, rule } = open;
  if (!rule.from.includes(kind)) throw notAllowed();
  if (recovery.state !== 'open' || recovery.shown.includes(kind)) throw recoveryConflict('recovery_proven');
  return open;
}

/**
 * Shows a saved recovery code. It is used up, and the attempt counts as one at the second factor (NIST SP 800-63B-4
 * 4.2.1.1). Throws 400, 403 or 429.
 */
export async function showRecoveryCode(
  deps: RecoveryDeps,
  ctx: RequestContext,
  { code, recoveryCode }: { readonly code: string; readonly recoveryCode: string },
): Promise<void> {
  const method = 'recovery_code';
  const provider = deps.providers.get(method);
  if (!provider || !parseAnswer(provider, { kind: 'code', code: recoveryCode }).success)
    throw malformedCode('#/recovery_code', 'A recovery code, as it was shown');
  const open = await openRecoveryFor(deps, ctx, { code, kind: 'recovery_code' });
  await verify(deps, ctx, { ...open, kind: 'recovery_code', answer: recoveryCode, methods: [method] });
}

/** Shows the code that was sent to a second address. The attempt counts as one at the second factor. Throws 400, 403 or 429. */
export async function showAddressCode(
  deps: RecoveryDeps,
  ctx: RequestContext,
  { code, addressCode }: { readonly code: string; readonly addressCode: string },
): Promise<void> {
  const fits = addressMethods.some((method) => {
    const provider = deps.providers.get(method);
    return provider && parseAnswer(provider, { kind: 'code', code: addressCode }).success;
  });
  if (!fits) throw malformedCode('#/address_code', 'Six digits, as the message shows them');
  const open = await openRecoveryFor(deps, ctx, { code, kind: 'address' });
  if (open.recovery.challengeId === null) throw challengeInvalid({ detail: 'Have a code sent first.' });
  await verify(deps, ctx, { ...open, kind: 'address', answer: addressCode, methods: addressMethods });
}

async function verify(
  deps: RecoveryDeps,
  ctx: RequestContext,
  {
    recovery,
    rule,
    kind,
    answer,
    methods,
  }: Open & {
    readonly kind: 'recovery_code' | 'address';
    readonly answer: string;
    readonly methods: readonly string[];
  },
): Promise<void> {
  const { userId, securityVersion, challengeId } = recovery;
  const isAddress = kind === 'address';
  const purpose: VerificationPurpose = {
    ...{ event: 'mfa_passed', at: 'recovery', area: rule.area },
    accepts: (_, { method }) => methods.includes(method),
    opens: () => null,
    alongside: (tx, { candidate }) =>
      recordShown(tx, deps, ctx, {
        ...{ recovery, rule, kind },
        ...(isAddress && { addressFactorId: candidate.id }),
      }),
    noCandidate: () => mfaTokenInvalid({ detail: 'Invalid MFA token' }),
  };
  await verifyAnswer(deps, ctx, {
    target: {
      by: 'session',
      answerer: {
        ...{ userId, securityVersion, sessionId: null, authTime: ctx.now },
        challengeId: isAddress ? challengeId : null,
      },
      methods: { all: methods, challengeless: isAddress ? [] : methods },
    },
    answer: { kind: 'code', code: answer },
    purpose,
  });
}

/**
 * Shows a trusted device, and the password with it. The password is checked first, and counts as one of a login. The
 * token of the device is exchanged for the next one, as at a login. A token that comes twice ends the device. Throws 401
 * invalid-password, 403 or 429.
 */
export async function showDevice(
  deps: RecoveryDeps,
  ctx: RequestContext,
  given: { readonly code: string; readonly password: string; readonly trustedDevice: string },
): Promise<GivenDevice> {
  const open = await openRecoveryFor(deps, ctx, { code: given.code, kind: 'device' });
  const { recovery, rule } = open;
  if (recovery.passwordless) throw notAllowed();
  const { userId, username, passwordHash, securityVersion } = recovery;
  const about = { area: rule.area, sessionId: null };
  await assertOwnPassword(deps, ctx, {
    ...{ user: { id: userId, username, passwordHash }, password: given.password, about },
  });
  const found = await findByDeviceToken(deps.db, given.trustedDevice);
  const login = found && { userId, area: found.device.area };
  const verdict = found && login ? evaluateDevice(found, ctx.policies, login, ctx.now) : 'unknown';
  if (found && verdict === 'reused') {
    const factors = await listFactors(deps.db, userId);
    await endStolenDevice(deps, ctx, { user: recovery, factors }, found.device);
  }
  if (!found || verdict !== 'trusted') {
    await auditWrong(deps, ctx, open, 'device');
    throw mfaTokenInvalid({ detail: 'This device is not trusted any more.' });
  }
  const { device } = found;
  const next = { token: newSecretToken(), expiresAt: endOf(device, ctx.policies[device.area]) };
  await inTransaction(deps.db, async (tx) => {
    const basis = { userId, securityVersion };
    const exchange = { device, basis, shown: given.trustedDevice, next: next.token };
    if (!(await exchangeDeviceToken(tx, exchange, ctx)))
      throw mfaTokenUsed({ detail: 'This token was used before.', proof_endpoint: '/auth/mfa/proof' });
    await recordShown(tx, deps, ctx, { ...open, kind: 'device' });
  });
  return next;
}

export async function auditWrong(
  { db }: Pick<RecoveryDeps, 'db'>,
  ctx: RequestContext,
  { recovery: { id, userId } }: Open,
  method: RecoveryKind,
): Promise<void> {
  const detail = { recovery: id };
  await writeAudit(db, ctx, { type: 'recovery_failed', outcome: 'failure', userId, method, detail });
}
