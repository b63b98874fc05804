import { mfaTokenRequired } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import {
  type Assurance,
  isReauthenticated,
  levelToReauthenticate,
  reauthMaxAgeSeconds,
} from '../../domain/mfa/reauthentication.ts';
import { type AssuranceLevel, acrOf, levels, meets } from '../../domain/policy/assurance-level.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { FactorRow } from './factor-store.ts';
import { redeemCode } from './redeem-code.ts';

/** What came with the request beside the bearer: a code, or a proof that was checked already. */
export type StepUpCredential =
  | { readonly code: string /** Only there a recovery code counts. */; readonly inBody: boolean }
  | { readonly proof: Assurance }
  | null;

/** What there is to change, and whether the password was set by a mail; false where the change leads nobody higher. */
export type Owned = { readonly factors: readonly FactorRow[]; readonly passwordByMail: boolean };

/**
 * Lets a change of factors or password pass: by the session's own last factor, a proof or a code.
 * Throws 403 mfa-token-required, which says what would do, or whatever the code runs into.
 */
export async function requireReauthentication(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'metrics'>,
  principal: SessionPrincipal,
  { factors, passwordByMail }: Owned,
  evidence: StepUpCredential,
  origin: ClientInfo,
  now: Date,
): Promise<void> {
  const least = levelToReauthenticate(levelsOwned(deps, factors), passwordByMail);
  if (least === null || isReauthenticated(principal, least, now)) return;
  if (evidence && 'code' in evidence) {
    const accepts = (provider: Pick<MFAProvider, 'backup' | 'level'>) =>
      (evidence.inBody || !provider.backup) && meets(provider.level, least);
    const pointer = evidence.inBody ? '#/mfa_token' : 'X-MFA-Token';
    const rule = { event: 'mfa_passed', at: 'change', pointer, accepts } as const;
    await redeemCode(deps, principal, evidence.code, rule, origin, now);
    return;
  }
  if (evidence && isReauthenticated(evidence.proof, least, now)) return;
  const { userId, area, id: sessionId } = principal.session;
  const about = { userId, area, sessionId, detail: { reason: 'mfa-token-required' } };
  await writeAudit(deps.db, { type: 'authz_fail', outcome: 'refused', ...about }, origin, now);
  throw stepUpRequired(
    least,
    passwordByMail ? otherThanMail : 'Step up first, or send a code as mfa_token.',
    reauthMaxAgeSeconds,
  );
}

const otherThanMail =
  'The password was set by e-mail, so e-mail is not enough here. Use another factor, a recovery code, or a bypass code.';

/** How strong the account's factors are. One that was disabled, or whose method is switched off, still counts. */
function levelsOwned(
  deps: Pick<Deps, 'providers'>,
  factors: readonly FactorRow[],
): readonly AssuranceLevel[] {
  const owned = factors.filter(({ isBackup }) => !isBackup);
  return owned.map(({ method }) => deps.providers.get(method)?.level ?? '2');
}

/** Says which levels would do and how many seconds old they may be (RFC 9470 3). */
export function stepUpRequired(least: AssuranceLevel, help: string, maxAgeSeconds?: number) {
  const acrValues = levels.filter((level) => meets(level, least)).map(acrOf);
  const age = maxAgeSeconds === undefined ? {} : { max_age: maxAgeSeconds };
  return mfaTokenRequired({ detail: 'MFA token required', help, acr_values: acrValues.join(' '), ...age });
}
