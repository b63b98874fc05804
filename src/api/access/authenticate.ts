import { mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import { meets } from '../../domain/policy/assurance-level.ts';
import { admitsRoles } from '../../domain/policy/policy.ts';
import { authenticationRequired, invalidToken } from '../../domain/sessions/login-problems.ts';
import type { EnrolmentPrincipal, SessionPrincipal } from '../../domain/sessions/principal.ts';
import { phaseOf, type Session } from '../../domain/sessions/session.ts';
import type { StepUpCredential } from '../../features/mfa/require-reauthentication.ts';
import type { ProofClaims, Tokens } from '../../features/tokens/tokens.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';

export type AccessDeps = Deps & { readonly tokens: Tokens };

/** The bearer token of an Authorization header (RFC 6750 2.1). Throws 401 authentication-required if there is none. */
export function bearerToken(header: string | undefined): string {
  const match = /^bearer +([\w.~+/-]+=*)$/i.exec(header ?? '');
  if (match?.[1]) return match[1];
  throw authenticationRequired({ detail: 'Send an access token: Authorization: Bearer …' });
}

/**
 * Verifies an access token and returns its session. After the signature it checks the row of the session, which may
 * have ended, become idle or been stepped up since. It also checks the current roles of the user. Throws 401
 * invalid-token.
 */
export async function sessionPrincipalOf(
  deps: AccessDeps,
  { policies, now }: Pick<RequestContext, 'policies' | 'now'>,
  token: string,
): Promise<SessionPrincipal> {
  const { sessionId, userId, area, tokenGeneration, ...claims } = deps.tokens.readAccess(token);
  const policy = policies[area];
  let session = await deps.sessions.find(sessionId, now);
  // The cached session may be stale, because the user was active or stepped up at another instance.
  if (session && (phaseOf(session, policy, now) !== 'live' || session.tokenGeneration < tokenGeneration))
    session = await deps.sessions.find(sessionId, now, { fresh: true });
  const live =
    session?.userId === userId &&
    session.area === area &&
    session.tokenGeneration === tokenGeneration &&
    now.getTime() - claims.issuedAt.getTime() < policy.accessSeconds * 1000 && // the policy may be stricter now
    phaseOf(session, policy, now) === 'live' &&
    admitsRoles(policy, session.user.roles);
  if (!session || !live) throw invalidToken({ detail: 'The session of this token has ended.' });
  return { session, ...noMoreThan(session, claims) };
}

/** Lowers the claims to the level of the session. The session loses its level when its factor is removed. */
function noMoreThan<Claims extends Pick<SessionPrincipal, 'level' | 'mfaTime'>>(
  session: Session,
  claims: Claims,
): Claims {
  const { level, mfaTime } = session;
  if (mfaTime === null) return { ...claims, level: '1', mfaTime };
  return meets(level, claims.level) ? claims : { ...claims, level };
}

export function enrolmentPrincipalOf(deps: AccessDeps, token: string): EnrolmentPrincipal {
  return deps.tokens.readEnrolment(token);
}

/** Whether a value is a JWT and not a code. Only a JWT contains dots. A truncated JWT counts as a JWT too. */
export function isProof(value: string): boolean {
  return value.includes('.');
}

/**
 * Verifies a proof, and that it belongs to the access token of the same request. Throws 403 mfa-token-invalid.
 */
export function proofOf(deps: AccessDeps, value: string, principal: SessionPrincipal): ProofClaims {
  const proof = readProof(deps, value);
  const { session, tokenHash } = principal;
  const fits =
    proof.tokenHash === tokenHash &&
    proof.sessionId === session.id &&
    proof.area === session.area &&
    proof.factorsChangedAt === (session.user.factorsChangedAt?.getTime() ?? 0);
  if (!fits) throw mfaTokenInvalid({ detail: 'Invalid MFA token' });
  return proof;
}

function readProof(deps: AccessDeps, value: string): ProofClaims {
  try {
    return deps.tokens.readProof(value);
  } catch (cause) {
    throw mfaTokenInvalid({ detail: 'Invalid MFA token' }, cause);
  }
}

/**
 * The second factor that came with the access token: `mfa_token` in the body, else the header X-MFA-Token. Null if
 * there is neither. Throws 403 mfa-token-invalid.
 */
export function stepUpCredentialOf(
  deps: AccessDeps,
  principal: SessionPrincipal,
  sent: { readonly body: string | undefined; readonly header: string | undefined },
): StepUpCredential {
  const value = sent.body ?? sent.header;
  if (value === undefined) return null;
  if (isProof(value)) return { proof: proofOf(deps, value, principal) };
  return { code: value, inBody: sent.body !== undefined };
}
