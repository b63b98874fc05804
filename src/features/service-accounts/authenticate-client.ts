import { timingSafeEqual } from 'node:crypto';
import {
  type AuthenticatedClient,
  clientThrottleRules,
  type PresentedClient,
} from '../../domain/service-accounts/client.ts';
import { invalidClient } from '../../domain/service-accounts/oauth-problems.ts';
import {
  accountFault,
  credentialFault,
  type ServiceCredential,
} from '../../domain/service-accounts/service-account.ts';
import { networkOf } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import {
  type FoundClient,
  findClient,
  recordClient,
  recordClientFailure,
  type SpentAssertion,
  throttleKeyOfClient,
} from './client-store.ts';
import { isWithin } from './networks.ts';
import { type Reading, readAssertion, signerOf } from './read-assertion.ts';

/** Why the client is refused, as the audit records it. */
type ClientFault = string;

const noReading: Reading = { assertion: undefined, fault: null };
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Authenticates a client program (RFC 6749 2.3). Every refusal has the same answer and the same cost; only the audit
 * records the reason. The one exception is a fault in the assertion's own claims. The answer names such a fault to
 * every caller, because it reveals nothing about accounts or keys. Failures are counted by client id and network, also
 * for unknown clients. `audiences`: the values that `aud` may have. Throws 401 invalid_client or 429 too-many-attempts.
 */
export async function authenticateClient(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  presented: PresentedClient,
  audiences: readonly string[],
): Promise<AuthenticatedClient> {
  const reading =
    'assertion' in presented ? readAssertion(presented.assertion, audiences, ctx.now) : noReading;
  const { assertion, fault } = reading;
  const clientId = presented.clientId ?? assertion?.claims.sub ?? '';
  const throttle = throttleKeyOfClient(clientId, networkOf(ctx.client.ip));
  const found = await findClient(deps.db, isAccountId(clientId) ? clientId : nobody, throttle, ctx.now);
  const about = { outcome: 'refused', userId: found.account?.id ?? null, area: 'service' } as const;
  const throttled = { type: 'excess_rate_limit_exceeded', ...about } as const;
  if (found.retryAfterSeconds !== null) {
    await writeAudit(deps.db, ctx, throttled);
    throw tooMany(found.retryAfterSeconds);
  }

  const proved =
    'assertion' in presented
      ? bySignature(reading, clientId, found.credentials)
      : bySecret(presented.secret, found.credentials);
  const client = evaluation(found, ctx, proved);
  if (
    typeof client !== 'string' &&
    (await recordClient(deps.db, { client, throttle, assertion: spent(assertion), now: ctx.now }))
  )
    return client;

  const reason = typeof client === 'string' ? client : 'assertion used before';
  const refused = { type: 'service_token_refused', ...about, detail: { reason } } as const;
  const counted = await recordClientFailure(deps.db, ctx, throttle, { refused, throttled });
  throw counted ? invalidClient(fault?.detail) : tooMany(clientThrottleRules.windowSeconds);
}

/** Accepts only the spelling that this service writes, because the throttle would count another spelling apart. */
function isAccountId(clientId: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(clientId);
}

function bySecret(
  secret: string,
  credentials: readonly ServiceCredential[],
): ServiceCredential | ClientFault {
  const hash = Buffer.from(hashOf(secret));
  const found = credentials.find(
    ({ secretHash }) => secretHash !== null && timingSafeEqual(Buffer.from(secretHash), hash),
  );
  return found ?? 'wrong secret';
}

function bySignature(
  { assertion, fault }: Reading,
  clientId: string,
  credentials: readonly ServiceCredential[],
): ServiceCredential | ClientFault {
  if (!assertion) return 'no assertion';
  const { claims } = assertion;
  const signer = signerOf(assertion, credentials);
  if (!signer) return 'wrong signature';
  if (claims.sub !== clientId) return 'other client';
  return fault?.reason ?? signer;
}

function evaluation(
  { account }: FoundClient,
  ctx: AuditContext,
  proved: ServiceCredential | ClientFault,
): AuthenticatedClient | ClientFault {
  if (!account) return 'unknown client';
  if (typeof proved === 'string') return proved;
  const fault = credentialFault(proved, ctx.now) ?? accountFault(account, ctx.now);
  if (fault !== null) return fault;
  if (!isWithin(account.networks, ctx.client.ip)) return 'outside the networks';
  const ends = [proved.expiresAt, ...(account.enabledUntil ? [account.enabledUntil] : [])];
  const endsAt = new Date(Math.min(...ends.map((end) => end.getTime())));
  return { accountId: account.id, credentialId: proved.id, scopes: account.scopes, endsAt };
}

function spent(assertion: Reading['assertion']): SpentAssertion | null {
  if (!assertion) return null;
  const { jti, exp } = assertion.claims;
  return { jtiHash: hashOf(jti), expiresAt: new Date(exp * 1000) };
}

function tooMany(seconds: number) {
  const detail = 'Too many failed attempts of this client from this network. Wait, then try again.';
  return tooManyAttempts('client', { detail, retry_after: seconds });
}
