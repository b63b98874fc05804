import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../db/in-transaction.ts';
import { counts, mayEnter } from '../areas/core/policy.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import { invalidToken } from '../login/core/login-problems.ts';
import type { NewChallenge } from '../login/login-store.ts';
import type { Origin } from '../origin.ts';
import { parseInput } from '../parse-input.ts';
import { conflict } from '../problem.ts';
import { assertMayChange, type Evidence } from './assert-may-change.ts';
import { assertStillEnrolling } from './assert-still-enrolling.ts';
import { insertChallenge } from './challenge-store.ts';
import { type Changer, isEnroller, placeOf } from './changer.ts';
import { factorExists, methodNotAllowed } from './core/problems.ts';
import type { Enrolment, MFAProvider, Show } from './core/provider.ts';
import { challengeSeconds, enrolmentSeconds } from './core/sends.ts';
import { dataOf } from './factor-data.ts';
import {
  deletePending,
  type FactorRow,
  factorPlace,
  findUserWithFactors,
  insertFactor,
  listFactors,
  lockFactors,
  sealJson,
} from './factor-store.ts';
import { openChallenge } from './open-challenge.ts';
import { tellingOfFailure } from './telling-of-failure.ts';

export type EnrolInput = {
  readonly method: string;
  readonly label: string | undefined;
  /** What the method wants to know, such as a phone number. */
  readonly setup: Readonly<Record<string, unknown>>;
};

export type Enrolling = { readonly factorId: string; readonly expiresInSeconds: number; readonly show: Show };

const most = 10; // factors a user: enough for any desk, and a bound on what a login must load

/**
 * Begins an enrolment. The pending factor gates nothing and satisfies nothing until its first code is right. What has to
 * be sent is sent first, so that a failing carrier leaves no half-made factor.
 */
export async function enrolFactor(
  deps: Deps,
  by: Changer,
  input: EnrolInput,
  evidence: Evidence,
  origin: Origin,
): Promise<Enrolling> {
  const now = new Date();
  const { userId } = placeOf(by);
  const found = await findUserWithFactors(deps.db, userId);
  if (!found) throw invalidToken();
  const { user, factors } = found;
  const provider = providerToEnrol(deps, by, user.roles, input.method);
  const setup = parseInput(provider.setup, input.setup);
  if (isEnroller(by)) assertStillEnrolling(deps, by, user, factors);
  else await assertMayChange(deps, by, factors, evidence, origin, now);

  const enrolment = await provider.enrol(setup, { now, user });
  assertNew(deps, provider, enrolment, factors);
  const factor = pendingFactor(deps, userId, provider, enrolment, label(input.label, provider, factors), now);
  const about = { ...aboutOf(by), method: factor.method, factorId: factor.id };
  const open = () => openChallenge(deps, factor, user, now);
  const opened = await tellingOfFailure(deps, about, origin, now, open);
  await save(deps, by, factor, opened.challenge, factors, origin, now);
  const show = { ...enrolment.show, ...shownAtEnrolment(provider, opened.show) };
  const expiresInSeconds = provider.standing ? enrolmentSeconds : challengeSeconds;
  return { factorId: factor.id, expiresInSeconds, show };
}

/** Of what the challenge shows, such as a code to compare; where something was sent to, the enrolment knows. */
function shownAtEnrolment({ shows }: MFAProvider, show: Show): Show {
  return Object.fromEntries(Object.entries(show).filter(([name]) => name in shows));
}

/** The method must count in an area that its owner's roles open; for who may only enrol, in the area of that login. */
function providerToEnrol(deps: Deps, by: Changer, roles: readonly string[], method: string): MFAProvider {
  const policies = isEnroller(by) ? [deps.policies[by.area]] : Object.values(deps.policies);
  const open = policies.filter((policy) => mayEnter(policy, roles));
  const allowed = [...deps.providers.values()].filter(
    ({ method: name, level, backup }) => !backup && open.some((policy) => counts(policy, name, level)),
  );
  const provider = allowed.find((one) => one.method === method);
  if (provider) return provider;
  const methods = allowed.map((one) => one.method);
  const instead = methods.length > 0 ? `Those that can: ${methods.join(', ')}.` : 'None can.';
  throw methodNotAllowed({ detail: `The method ${method} cannot be enrolled here. ${instead}`, methods });
}

function assertNew(
  deps: Deps,
  provider: MFAProvider,
  fresh: Enrolment<unknown>,
  factors: readonly FactorRow[],
) {
  const owned = factors.filter(({ isBackup }) => !isBackup);
  if (owned.length >= most) throw conflict({ detail: `At most ${most} factors. Remove one first.` });
  const destination = provider.sendsTo(fresh.data)?.toLowerCase() ?? null;
  if (destination === null) return;
  const same = factors.some((factor) => {
    if (factor.method !== provider.method) return false;
    return provider.sendsTo(dataOf(deps, provider, factor))?.toLowerCase() === destination;
  });
  if (same) throw factorExists({ detail: 'This address or number is enrolled already.' });
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
  userId: string,
  { method, backup }: MFAProvider,
  { data, hint }: Enrolment<unknown>,
  label: string,
  now: Date,
) {
  const id = randomUUID();
  const dataSealed = sealJson(deps.vault, data, factorPlace({ id, userId }));
  const expiresAt = new Date(now.getTime() + enrolmentSeconds * 1000);
  return {
    id,
    userId,
    method,
    label,
    hint,
    dataSealed,
    isBackup: backup,
    createdAt: now,
    expiresAt,
    confirmedAt: null,
  };
}

/** Nobody may have confirmed or removed a factor since it was decided that this one may be added. */
async function save(
  deps: Deps,
  by: Changer,
  factor: ReturnType<typeof pendingFactor>,
  challenge: NewChallenge,
  seen: readonly FactorRow[],
  origin: Origin,
  now: Date,
): Promise<void> {
  const { userId } = placeOf(by);
  await inTransaction(deps.db, async (tx) => {
    await lockFactors(tx, userId);
    if (idsOf(await listFactors(tx, userId)) !== idsOf(seen)) throw conflict();
    await deletePending(tx, userId, factor.method);
    await insertFactor(tx, factor);
    await insertChallenge(tx, userId, challenge, now);
    const about = { ...aboutOf(by), method: factor.method, factorId: factor.id };
    await writeAudit(tx, { type: 'mfa_enroll_started', outcome: 'success', ...about }, origin, now);
  });
}

function aboutOf(by: Changer) {
  const { userId, area, sessionId } = placeOf(by);
  return { userId, area, sessionId };
}

function idsOf(factors: readonly FactorRow[]): string {
  return factors
    .map(({ id }) => id)
    .sort()
    .join();
}
