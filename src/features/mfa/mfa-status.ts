import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { takesPasskey } from '../../domain/policy/policy.ts';
import { requirementFor } from '../../domain/policy/rollout.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { enrollableMethods } from './eligible-factors.ts';
import { dataOf, listFactors } from './factor-store.ts';
import { canGoWithoutPassword, recoveryCodesLeft } from './passkeys-owned.ts';

/** What users may see of their own second factors: no secrets, and masked addresses. */
export async function mfaStatus(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  ctx: RequestContext,
  { session }: SessionPrincipal,
) {
  const all = await listFactors(deps.db, session.userId);
  const factors = primaryFactors(all);
  const first = factors.map(({ confirmedAt }) => confirmedAt).sort((a, b) => Number(a) - Number(b))[0];
  const codesLeft = recoveryCodesLeft(deps, all);
  const provider = [...deps.providers.values()].find((one) => one.passkey);
  const keys = provider ? factors.filter(({ method }) => method === provider.method) : [];
  const account = provider?.passkey?.accountOf(keys.map((factor) => dataOf(deps, provider, factor)));
  const policy = ctx.policies[session.area];
  const unenrolled = { ...session.user, enrolled: false };
  const without = requirementFor(policy, ctx.rollout, unenrolled, ctx.now);
  return {
    enabled: factors.length > 0,
    method: factors[0]?.method ?? null,
    enrolledAt: first ?? null,
    codesLeft,
    factors: factors.map((factor) => ({ ...factor, authenticator: modelOf(deps, factor) })),
    passkeyAccount: account && {
      ...account,
      username: session.user.username,
      credentials: keys.flatMap(({ id }, at) => {
        const credentialId = account.credentialIds[at];
        return credentialId === undefined ? [] : [{ factorId: id, credentialId }];
      }),
    },
    passwordless: session.user.passwordless,
    mayGoWithoutPassword: !session.user.passwordless && canGoWithoutPassword(deps, all),
    takesPasskeys: provider !== undefined && takesPasskey(policy, provider),
    required: without.ask === 'enrolment',
    phase: ctx.rollout.phase,
    encouraged: factors.length === 0 && without.ask === 'nothing' && without.encouraged,
    graceUntil: without.ask === 'nothing' ? without.graceUntil : null,
    allowedMethods: enrollableMethods(deps, policy),
  };
}

/** The name of the model of an authenticator, if the service knows it. */
export function modelOf(
  { providers }: Pick<Deps, 'providers'>,
  { method, aaguid }: { readonly method: string; readonly aaguid: string | null },
): string | null {
  return aaguid === null ? null : (providers.get(method)?.passkey?.modelName(aaguid) ?? null);
}
