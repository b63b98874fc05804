import { mfaTokenRequired } from '../../domain/mfa/mfa-problems.ts';
import { freshSeconds, levelToChange, mayChange, type Shown } from '../../domain/mfa/reauthentication.ts';
import { acrOf, type Level, levels, reaches } from '../../domain/policy/assurance-level.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { FactorRow } from './factor-store.ts';
import { spendCode } from './redeem-code.ts';

/** What came with the request beside the bearer: a code, or a proof that was checked already. */
export type Evidence =
  | { readonly code: string /** Only there a recovery code counts. */; readonly inBody: boolean }
  | { readonly proof: Shown }
  | null;

/** What there is to change, and whether the password was set by a mail; false where the change leads nobody higher. */
export type Owned = { readonly factors: readonly FactorRow[]; readonly passwordByMail: boolean };

/**
 * Lets a change of factors or password pass: by the session's own last factor, a proof or a code.
 * Throws 403 mfa-token-required, which says what would do, or whatever the code runs into.
 */
export async function assertMayChange(
  deps: Pick<Deps, 'db' | 'vault' | 'providers' | 'tally'>,
  bearer: Bearer,
  { factors, passwordByMail }: Owned,
  evidence: Evidence,
  origin: Origin,
  now: Date,
): Promise<void> {
  const least = levelToChange(levelsOwned(deps, factors), passwordByMail);
  if (least === null || mayChange(bearer, least, now)) return;
  if (evidence && 'code' in evidence) {
    const accepts = (provider: { readonly backup: boolean; readonly level: Level }) =>
      (evidence.inBody || !provider.backup) && reaches(provider.level, least);
    const pointer = evidence.inBody ? '#/mfa_token' : 'X-MFA-Token';
    const rule = { event: 'mfa_passed', at: 'change', pointer, accepts } as const;
    await spendCode(deps, bearer, evidence.code, rule, origin, now);
    return;
  }
  if (evidence && mayChange(evidence.proof, least, now)) return;
  const { userId, area, id: sessionId } = bearer.session;
  const about = { userId, area, sessionId, detail: { reason: 'mfa-token-required' } };
  await writeAudit(deps.db, { type: 'authz_fail', outcome: 'refused', ...about }, origin, now);
  throw stepUpRequired(
    least,
    passwordByMail ? otherThanMail : 'Step up first, or send a code as mfa_token.',
    freshSeconds,
  );
}

const otherThanMail =
  'The password was set by e-mail, so e-mail is not enough here. Use another factor, a recovery code, or a bypass code.';

/** How strong the account's factors are. One that was disabled, or whose method is switched off, still counts. */
function levelsOwned(deps: Pick<Deps, 'providers'>, factors: readonly FactorRow[]): readonly Level[] {
  const owned = factors.filter(({ isBackup }) => !isBackup);
  return owned.map(({ method }) => deps.providers.get(method)?.level ?? '2');
}

/** Says which levels would do and how many seconds old they may be (RFC 9470 3). */
export function stepUpRequired(least: Level, help: string, maxAgeSeconds?: number) {
  const acrValues = levels.filter((level) => reaches(level, least)).map(acrOf);
  const age = maxAgeSeconds === undefined ? {} : { max_age: maxAgeSeconds };
  return mfaTokenRequired({ detail: 'MFA token required', help, acr_values: acrValues.join(' '), ...age });
}
