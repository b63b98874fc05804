import { malformedCode } from '../../domain/mfa/codes.ts';
import { mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { providersFor, type VerificationDeps } from './verification.ts';
import { verifyAnswer } from './verify-answer.ts';

/**
 * Spends a recovery or bypass code of a user who is not logged in. It counts as an attempt at the second factor. Throws
 * 400, 403 mfa-token-invalid or 429 too-many-attempts.
 */
export async function redeemRecoveryCode(
  deps: VerificationDeps,
  ctx: AuditContext,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<void> {
  const answer = { kind: 'code', code } as const;
  const methods = providersFor(deps, answer)
    .filter(({ backup }) => backup)
    .map(({ method }) => method);
  const malformed = () => malformedCode('#/recovery_code', 'A recovery code, as it was shown');
  if (methods.length === 0) throw malformed();
  const outcome = await verifyAnswer(deps, ctx, {
    target: {
      by: 'session',
      answerer: { userId, sessionId: null, authTime: ctx.now },
      methods: { all: methods, challengeless: methods },
    },
    answer,
    purpose: {
      ...{ event: 'mfa_passed', at: 'change', area: null },
      accepts: () => true, // the methods are those with backups
      opens: () => null,
      noCandidate: () => mfaTokenInvalid({ detail: 'Invalid MFA token' }),
    },
  });
  if (outcome.status !== 'passed') throw mfaTokenInvalid({ detail: 'Invalid MFA token' });
}
