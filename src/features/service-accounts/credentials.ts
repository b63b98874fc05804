import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import {
  credentialFault,
  credentialSeconds,
  mostLiveCredentials,
  type ServiceCredential,
} from '../../domain/service-accounts/service-account.ts';
import { serviceAccountNotFound } from '../../domain/service-accounts/service-problems.ts';
import { hashOf, newSecretToken } from '../../lib/crypto/secret-token.ts';
import { conflict, invalidField, notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { readPublicKey } from './public-key.ts';
import {
  findCredentials,
  insertCredential,
  lockServiceAccount,
  saveRevocation,
} from './service-account-store.ts';
import { publishServiceChanged } from './service-token-store.ts';

export type CredentialInput = {
  readonly kind: 'secret' | 'public_key';
  readonly publicJwk: Readonly<Record<string, unknown>> | undefined;
  readonly seconds: number | undefined;
};

/** The secret is shown in this answer only. The database keeps its hash. */
export type AddedCredential = { readonly credential: ServiceCredential; readonly secret: string | null };

/**
 * Adds a credential beside the present one, so that a client can change to it without an interruption. Throws 400 if
 * the input is invalid, 404 if there is no such account, or 409 if it has two live credentials.
 */
export async function addCredential(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  {
    actorId,
    accountId,
    input,
  }: { readonly actorId: string | null; readonly accountId: string; readonly input: CredentialInput },
): Promise<AddedCredential> {
  const made = newCredential(input, ctx.now);
  const { credential } = made;
  await inTransaction(deps.db, async (tx) => {
    if (!(await lockServiceAccount(tx, accountId))) throw serviceAccountNotFound();
    const others = await findCredentials(tx, accountId);
    const live = others.filter((one) => credentialFault(one, ctx.now) === null);
    if (live.length >= mostLiveCredentials)
      throw conflict({ detail: `The account has ${live.length} live credentials. Revoke one first.` });
    const { thumbprint } = credential;
    if (thumbprint !== null && others.some((one) => one.thumbprint === thumbprint))
      throw invalidField('#/public_jwk', 'This account had this key before. Make a new one');
    await insertCredential(tx, accountId, credential);
    const about = { userId: accountId, actorId, area: 'service', detail: { credential: credential.id } };
    await writeAudit(tx, ctx, { type: 'service_credential_added', outcome: 'success', ...about });
  });
  return made;
}

function newCredential({ kind, publicJwk, seconds }: CredentialInput, now: Date): AddedCredential {
  const lasts = seconds ?? credentialSeconds.usual;
  const expiresAt = new Date(now.getTime() + lasts * 1000);
  const common = { id: randomUUID(), kind, createdAt: now, expiresAt, revokedAt: null, lastUsedAt: null };
  if (kind === 'secret') {
    if (publicJwk)
      throw invalidField('#/public_jwk', 'Only a credential of the kind public_key has a public_jwk');
    const secret = newSecretToken();
    const hashed = { secretHash: hashOf(secret), publicJwk: null, thumbprint: null };
    return { credential: { ...common, ...hashed }, secret };
  }
  if (!publicJwk) throw invalidField('#/public_jwk', 'Required for the kind public_key');
  const { jwk, thumbprint } = readPublicKey(publicJwk);
  return { credential: { ...common, secretHash: null, publicJwk: jwk, thumbprint }, secret: null };
}

/**
 * Revokes a credential. Tokens that were fetched with it stop working at once, on every instance. Throws 404 if the
 * account has no such credential, or if it is revoked already.
 */
export async function revokeCredential(
  deps: Pick<Deps, 'db' | 'services'>,
  ctx: AuditContext,
  {
    actorId,
    accountId,
    credentialId,
  }: { readonly actorId: string | null; readonly accountId: string; readonly credentialId: string },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    if (!(await saveRevocation(tx, accountId, credentialId, ctx.now)))
      throw notFound({ detail: 'The account has no such credential, or it is already revoked.' });
    const about = { userId: accountId, actorId, area: 'service', detail: { credential: credentialId } };
    await writeAudit(tx, ctx, { type: 'service_credential_revoked', outcome: 'success', ...about });
    await publishServiceChanged(tx, accountId);
  });
  deps.services.forgetAccount(accountId);
}
