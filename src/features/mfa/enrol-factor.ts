import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { factorExists, methodNotAllowed } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { destinationOf, type Enrolment, type MFAProvider, type Show } from '../../domain/mfa/provider.ts';
import { type AssuranceLevel, meets } from '../../domain/policy/assurance-level.ts';
import { acceptsMethod, admitsRoles } from '../../domain/policy/policy.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { challengeSeconds, enrolmentSeconds } from '../../domain/throttling/send-limits.ts';
import { parseInput } from '../../lib/parse-input.ts';
import { conflict, invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import {
  assertStillEnrolling,
  enrolmentOver,
  type FactorManager,
  identityOf,
  isEnrolmentPrincipal,
} from './factor-manager.ts';
import {
  dataOf,
  deletePending,
  encryptJson,
  type FactorRow,
  factorData,
  findUserWithFactors,
  insertFactor,
} from './factor-store.ts';
import { auditingFailure, openChallenge } from './open-challenge.ts';
import { insertChallenge, type NewChallenge } from './pending-login-store.ts';
import {
  leastToReplace,
  requireReauthentication,
  type StepUpCredential,
} from './require-reauthentication.ts';

export type EnrolInput = {
  readonly method: string;
  readonly label: string | undefined;
  /** What the method needs, such as a phone number. */
  readonly setup: Readonly<Record<string, unknown>>;
};

export type Enrolling = {
  readonly factorId: string;
  readonly expiresInSeconds: number;
  readonly show: Show;
  /** After how many seconds another code may be sent; null if none was sent. */
  readonly resendSeconds: number | null;
};

const most = 10; // factors of a user: a bound on what a login must load

/**
 * Begins an enrolment. A pending factor counts for nothing until the user has given its first code. The code is sent
 * before the factor is written, so that a failing carrier leaves no unfinished factor.
 */
export async function enrolFactor(
  deps: Deps,
  ctx: RequestContext,
  {
    by,
    input,
    credential,
  }: { readonly by: FactorManager; readonly input: EnrolInput; readonly credential: StepUpCredential },
): Promise<Enrolling> {
  const { userId } = identityOf(by);
  const found = await findUserWithFactors(deps.db, userId);
  if (!found) throw invalidToken();
  const { user, factors } = found;
  const least = isEnrolmentPrincipal(by) && by.recoveryId ? leastToReplace(deps, factors) : '1';
  const provider = providerToEnrol(deps, ctx, { by, roles: user.roles, method: input.method, least });
  const setup = parseInput(provider.setup, withOwn(provider, input.setup, user));
  if (isEnrolmentPrincipal(by)) assertStillEnrolling(ctx, by, user, factors);
  else {
    const passwordByMail = user.passwordByMail && !meets('1plus', provider.level); // a second mailbox raises no level
    await requireReauthentication(deps, ctx, {
      principal: by,
      input: { factors, passwordByMail },
      credential,
    });
  }

  const owned = factors
    .filter(({ method }) => method === provider.method)
    .map((factor) => dataOf(deps, provider, factor));
  const enrolment = await provider.enrol(setup, { now: ctx.now, user, from: ctx.client.ip }, owned);
  assertNew(provider, enrolment, isEnrolmentPrincipal(by) ? [] : factors, owned); // a recovery replaces factors
  const factor = pendingFactor(deps, {
    userId,
    provider,
    enrolment,
    label: label(input.label, provider, factors),
    now: ctx.now,
  });
  const about = { ...aboutOf(by), method: factor.method, factorId: factor.id };
  const open = () => openChallenge(deps, { factor, user, now: ctx.now, from: ctx.client.ip });
  const opened = await auditingFailure(deps, ctx, about, open);
  await save(deps, ctx, { by, factor, challenge: opened.challenge, securityVersion: user.securityVersion });
  const show = { ...enrolment.show, ...shownAtEnrolment(provider, opened.show) };
  const expiresInSeconds = provider.challengeless ? enrolmentSeconds : challengeSeconds;
  return { factorId: factor.id, expiresInSeconds, show, resendSeconds: opened.resendSeconds };
}

/** The fields of the challenge that the method also shows at enrolment, such as a code to compare. */
function shownAtEnrolment({ shows }: MFAProvider, show: Show): Show {
  return Object.fromEntries(Object.entries(show).filter(([name]) => name in shows));
}

/**
 * The method must count in an area that admits the user's roles. With an enrolment token, it must count in the area of
 * that login. A factor that replaces lost ones must be as strong as they were, up to NIST's AAL2. Throws 403
 * method-not-allowed.
 */
function providerToEnrol(
  deps: Pick<Deps, 'providers'>,
  { policies }: RequestContext,
  {
    by,
    roles,
    method,
    least,
  }: {
    readonly by: FactorManager;
    readonly roles: readonly string[];
    readonly method: string;
    readonly least: AssuranceLevel;
  },
): MFAProvider {
  const own = isEnrolmentPrincipal(by) ? [policies[by.area]] : Object.values(policies);
  const open = own.filter((policy) => admitsRoles(policy, roles));
  const allowed = [...deps.providers.values()].filter(
    ({ method: name, level, backup }) =>
      !backup && meets(level, least) && open.some((policy) => acceptsMethod(policy, name, level)),
  );
  const provider = allowed.find((one) => one.method === method);
  if (provider) return provider;
  const methods = allowed.map((one) => one.method);
  const instead = methods.length > 0 ? `Methods that can: ${methods.join(', ')}.` : 'No method can.';
  throw methodNotAllowed({ detail: `The method ${method} cannot be enrolled here. ${instead}`, methods });
}

const own = { phone: 'number', email: 'mail address' } as const;

/** Uses the account's own number or address if the client gave none. Throws 400 if the account has none. */
function withOwn(
  { setup }: MFAProvider,
  given: EnrolInput['setup'],
  user: { readonly phone: string | null; readonly email: string | null },
): EnrolInput['setup'] {
  const missing = (['phone', 'email'] as const).filter(
    (name) => name in setup.shape && given[name] === undefined,
  );
  const taken = missing.map((name) => {
    if (user[name] === null) throw invalidField(`#/${name}`, `Required: your account has no ${own[name]}`);
    return [name, user[name]];
  });
  return { ...given, ...Object.fromEntries(taken) };
}

function assertNew(
  provider: MFAProvider,
  fresh: Enrolment<unknown>,
  factors: readonly FactorRow[],
  owned: readonly unknown[],
) {
  if (primaryFactors(factors).length >= most)
    throw conflict({ detail: `You can have at most ${most} factors. Remove one first.` });
  const destination = destinationOf(provider, fresh.data)?.toLowerCase() ?? null;
  if (destination === null) return;
  if (owned.some((data) => destinationOf(provider, data)?.toLowerCase() === destination))
    throw factorExists({ detail: 'This address or number is already enrolled.' });
}

function label(
  wanted: string | undefined,
  { method, title }: MFAProvider,
  factors: readonly FactorRow[],
): string {
  const before = factors.filter((factor) => factor.method === method).length;
  return wanted ?? (before === 0 ? title : `${title} ${before + 1}`);
}

function pendingFactor(
  deps: Deps,
  {
    userId,
    provider: { method, backup },
    enrolment: { data, hint },
    label,
    now,
  }: {
    readonly userId: string;
    readonly provider: MFAProvider;
    readonly enrolment: Enrolment<unknown>;
    readonly label: string;
    readonly now: Date;
  },
) {
  const id = randomUUID();
  const dataSealed = encryptJson(deps.vault, data, factorData({ id, userId }));
  const expiresAt = new Date(now.getTime() + enrolmentSeconds * 1000);
  return {
    id,
    userId,
    method,
    label,
    hint,
    dataSealed,
    isBackup: backup !== undefined,
    createdAt: now,
    expiresAt,
    confirmedAt: null,
  };
}

/** Writes only if the account is unchanged since it was read, and the session is live. Otherwise throws 401 or 409. */
async function save(
  deps: Deps,
  ctx: AuditContext,
  {
    by,
    factor,
    challenge,
    securityVersion,
  }: {
    readonly by: FactorManager;
    readonly factor: ReturnType<typeof pendingFactor>;
    readonly challenge: NewChallenge;
    readonly securityVersion: number;
  },
): Promise<void> {
  const { userId, sessionId } = identityOf(by);
  await inTransaction(deps.db, async (tx) => {
    if (!(await holdUser(tx, { userId, securityVersion, sessionId })))
      throw isEnrolmentPrincipal(by) ? enrolmentOver() : conflict();
    await deletePending(tx, userId, factor.method);
    await insertFactor(tx, factor);
    await insertChallenge(tx, userId, challenge, ctx.now);
    const about = { ...aboutOf(by), method: factor.method, factorId: factor.id };
    await writeAudit(tx, ctx, { type: 'mfa_enroll_started', outcome: 'success', ...about });
  });
}

function aboutOf(by: FactorManager) {
  const { userId, area, sessionId } = identityOf(by);
  return { userId, area, sessionId };
}
