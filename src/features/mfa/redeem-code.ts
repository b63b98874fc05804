import type { EventType } from '../../domain/audit/events.ts';
import { isCode, isToken, malformedCode } from '../../domain/mfa/codes.ts';
import { mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { acceptsMethod } from '../../domain/policy/policy.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import {
  type Passed,
  providersFor,
  type VerificationContext,
  type VerificationPurpose,
} from './verification.ts';
import { verifyAnswer } from './verify-answer.ts';

export type RedeemRule = {
  readonly event: EventType;
  readonly at: VerificationContext;
  /** The JSON pointer or header of the code, for the refusal of a malformed code. */
  readonly pointer: string;
  /** Which methods count here. */
  readonly accepts: (provider: MFAProvider) => boolean;
};

/**
 * Redeems a code that came beside an access token: at the guard, for a proof, or to change a factor. A text that can be
 * no code of such a method is refused and not counted, because there is nothing to compare it with. Throws 400 if it is
 * no code at all, 403 mfa-token-invalid or mfa-token-used, or 429 too-many-attempts.
 */
export async function redeemCode(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'metrics'>,
  ctx: AuditContext,
  {
    principal: { session },
    code,
    rule: { event, at, pointer, accepts },
  }: { readonly principal: SessionPrincipal; readonly code: string; readonly rule: RedeemRule },
): Promise<Pick<Passed, 'provider' | 'left'>> {
  const answer = { kind: 'code', code } as const;
  const fitting = providersFor(deps, answer).filter(accepts);
  const noCandidate = () =>
    isCode(code) || isToken(code) ? mfaTokenInvalid({ detail: 'Invalid MFA token' }) : malformedCode(pointer);
  if (fitting.length === 0) throw noCandidate();

  const all = fitting.map(({ method }) => method);
  const challengeless = fitting.filter((provider) => provider.challengeless).map(({ method }) => method);
  const answerer = { userId: session.userId, sessionId: session.id, authTime: session.authTime };
  const purpose: VerificationPurpose = {
    event,
    at,
    area: session.area,
    accepts: (_, one) => accepts(one),
    opens: () => null,
    noCandidate,
  };
  const target = { by: 'session', answerer, methods: { all, challengeless } } as const;
  const outcome = await verifyAnswer(deps, ctx, { target, answer, purpose });
  if (outcome.status !== 'passed') throw mfaTokenInvalid({ detail: 'Invalid MFA token' });
  return outcome;
}

/** What a proof certifies: the method that the user showed, and when. */
export type IssuedProof = { readonly provider: MFAProvider; readonly at: Date };

/**
 * Exchanges one code for a proof, which a script then sends instead of codes. A code works once (RFC 6238 5.2). A proof
 * works for ten minutes, and only with this session's access token. Recovery codes are not accepted, because they are
 * not for scripts.
 */
export async function issueProof(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'policies' | 'metrics'>,
  ctx: RequestContext,
  principal: SessionPrincipal,
  code: string,
): Promise<IssuedProof> {
  const policy = ctx.policies[principal.session.area];
  const accepts = (one: MFAProvider) => !one.backup && acceptsMethod(policy, one.method, one.level);
  const rule = { event: 'mfa_proof_issued', at: 'proof', pointer: '#/mfa_token', accepts } as const;
  const { provider } = await redeemCode(deps, ctx, { principal, code, rule });
  return { provider, at: ctx.now };
}
