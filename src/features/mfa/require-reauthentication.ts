import { mfaTokenRequired } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import {
  type Assurance,
  isReauthenticated,
  levelToReauthenticate,
  reauthMaxAgeSeconds,
} from '../../domain/mfa/reauthentication.ts';
import { type AssuranceLevel, acrOf, levels, meets } from '../../domain/policy/assurance-level.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { assertOwnPassword } from '../passwords/verify-current-password.ts';
import { type FactorRow, findUserWithFactors } from './factor-store.ts';
import { redeemCode } from './redeem-code.ts';

/** What came with the request beside the access token: a code, or a proof that was checked already. */
export type StepUpCredential =
  | { readonly code: string /** A recovery code counts only in the body. */; readonly inBody: boolean }
  | { readonly proof: Assurance }
  | null;

/** A change that a user makes with the password and a fresh factor. */
export type ProtectedChange = {
  readonly principal: SessionPrincipal;
  /** Undefined only for an account without a password. */
  readonly password: string | undefined;
  readonly credential: StepUpCredential;
};

/**
 * The user of a session and their factors, after a check of the password. A user who gave the password up is asked for
 * none: the fresh factor is then enough. Throws 400, or as `assertOwnPassword` does.
 */
export async function findByOwnPassword(
  deps: Pick<Deps, 'db' | 'hasher' | 'passwordLimits'>,
  ctx: AuditContext,
  { principal: { session }, password }: Omit<ProtectedChange, 'credential'>,
) {
  const found = await findUserWithFactors(deps.db, session.userId);
  if (!found) throw invalidToken();
  if (found.user.passwordless) return found;
  if (password === undefined) throw invalidField('#/password', 'Required');
  const about = { area: session.area, sessionId: session.id };
  await assertOwnPassword(deps, ctx, { user: found.user, password, about });
  return found;
}

/** The user's factors, and whether the password was set by mail (false if the change raises no level). */
export type Owned = { readonly factors: readonly FactorRow[]; readonly passwordByMail: boolean };

/**
 * Allows a change of factors or password by the session's own last factor, by a proof or by a code. Throws 403
 * mfa-token-required, which says what is needed, or what `redeemCode` throws.
 */
export async function requireReauthentication(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'metrics'>,
  ctx: AuditContext,
  {
    principal,
    input: { factors, passwordByMail },
    credential,
  }: { readonly principal: SessionPrincipal; readonly input: Owned; readonly credential: StepUpCredential },
): Promise<void> {
  const least = levelToReauthenticate(levelsOwned(deps, factors), passwordByMail);
  if (least === null || isReauthenticated(principal, least, ctx.now)) return;
  if (credential && 'code' in credential) {
    const accepts = (provider: Pick<MFAProvider, 'backup' | 'level'>) =>
      (credential.inBody || !provider.backup) && meets(provider.level, least);
    const pointer = credential.inBody ? '#/mfa_token' : 'X-MFA-Token';
    const rule = { event: 'mfa_passed', at: 'change', pointer, accepts } as const;
    await redeemCode(deps, ctx, { principal, code: credential.code, rule });
    return;
  }
  if (credential && isReauthenticated(credential.proof, least, ctx.now)) return;
  const { userId, area, id: sessionId } = principal.session;
  const about = { userId, area, sessionId, detail: { reason: 'mfa-token-required' } };
  await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about });
  throw stepUpRequired(
    least,
    passwordByMail ? otherThanMail : 'Step up first, or send a code as mfa_token.',
    reauthMaxAgeSeconds,
  );
}

const otherThanMail =
  'The password was set by e-mail, so e-mail is not enough here. Use another factor, a recovery code, or a bypass code.';

/** The least level of a factor that replaces these. Otherwise a recovery would weaken the account. */
export function leastToReplace(deps: Pick<Deps, 'providers'>, factors: readonly FactorRow[]): AssuranceLevel {
  return levelToReauthenticate(levelsOwned(deps, factors), false) ?? '1';
}

/** The levels of the account's factors. A factor still counts if it was disabled or its method is switched off. */
function levelsOwned(
  deps: Pick<Deps, 'providers'>,
  factors: readonly FactorRow[],
): readonly AssuranceLevel[] {
  return primaryFactors(factors).map(({ method }) => deps.providers.get(method)?.level ?? '2');
}

/** The refusal says which levels are enough and how many seconds old they may be (RFC 9470 3). */
export function stepUpRequired(least: AssuranceLevel, help: string, maxAgeSeconds?: number) {
  const acrValues = levels.filter((level) => meets(level, least)).map(acrOf);
  const age = maxAgeSeconds === undefined ? {} : { max_age: maxAgeSeconds };
  return mfaTokenRequired({ detail: 'MFA token required', help, acr_values: acrValues.join(' '), ...age });
}
