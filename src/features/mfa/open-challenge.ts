import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { MFAProvider, Show } from '../../domain/mfa/provider.ts';
import { whyNotSent } from '../../domain/sms/sms-problems.ts';
import { type Lock, lockSeconds, throttleRules } from '../../domain/throttling/second-factor-throttle.ts';
import {
  challengeSeconds,
  type Pace,
  type SendRules,
  sendRules,
} from '../../domain/throttling/send-limits.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { Problem, tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { admitText, type SmsBudget } from '../sms/admit-text.ts';
import { markFailed, textInsert } from '../sms/sms-store.ts';
import { endOpenSend, openSubject, reserveSends } from '../throttling/send-budget-store.ts';
import { reportOf } from '../throttling/throttle-store.ts';
import { challengeData, dataOf, encryptJson, type FactorRow, type Holder } from './factor-store.ts';
import type { NewChallenge } from './pending-login-store.ts';

export type OpeningDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'smsRules'>;

/** Whoever is asked, and what is locked of them. */
type ChallengedUser = Holder & Lock;

/** `resendSeconds`: where something was sent, after how many seconds it may be again. */
type OpenedChallenge = {
  readonly challenge: NewChallenge;
  readonly show: Show;
  readonly resendSeconds: number | null;
};

type ChallengeFactor = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly dataSealed: string;
};

/**
 * Makes a challenge for a factor; sends its code where the method sends one. What is sent is paid for first, in one round
 * trip, and one more where it is charged for by the message. Nothing else is written yet: the caller does, with what the
 * challenge belongs to. `from`: the address of whoever
 * asks, for methods that decide by it. Nobody is asked while they report an attack, and no code is sent that would not be looked at.
 * Throws 429 too-many-attempts, or 503 dependency-unavailable.
 */
export async function openChallenge(
  deps: OpeningDeps,
  factor: ChallengeFactor,
  user: ChallengedUser,
  now: Date,
  from?: string,
): Promise<OpenedChallenge> {
  const provider = deps.providers.get(factor.method);
  if (!provider) throw new Error(`Asked for a factor without a provider: ${factor.method}`);
  const data = dataOf(deps, provider, factor);
  const place = { id: randomUUID(), factorId: factor.id };

  const destination = provider.sendsTo(data);
  const toll = provider.toll?.(data);
  let resendSeconds: number | null = null;
  assertMayChallenge(provider, destination, user, now);
  if (destination !== null) {
    const admitted = toll && (await admitText(deps, toll, place, now));
    const budgets = [...ownBudgets(deps, provider, user, destination), ...(admitted?.budgets ?? [])];
    const write =
      admitted && ((from: Parameters<typeof textInsert>[2]) => textInsert(admitted.text, now, from));
    const paid = await reserveSends(deps.db, budgets, now, write, reportOf(user.id, now));
    if (paid.refused) throw paid.refused.refusal(paid.waitSeconds);
    if (paid.nextSeconds === null) throw locked(throttleRules.reportSeconds); // reported at this moment
    resendSeconds = paid.nextSeconds;
  }
  const { state, show } = await provider
    .challenge({ ...factor, data, version: 0 }, { now, user, ...(from !== undefined && { from }) })
    .catch(async (error: unknown) => {
      await endOpenSend(deps.db, provider, user.id); // nobody was asked
      if (toll) await markFailed(deps.db, place.id);
      throw error;
    });

  const stateSealed = encryptJson(deps.vault, state, challengeData(place));
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1000);
  return { challenge: { ...place, stateSealed, expiresAt }, show, resendSeconds };
}

/** By what was read before; what is sent is held against a report once more when it is paid for. */
function assertMayChallenge(
  provider: MFAProvider,
  destination: string | null,
  user: ChallengedUser,
  now: Date,
): void {
  const reported = lockSeconds({ lockedUntil: null, reportedUntil: user.reportedUntil }, now);
  if (reported !== null && (provider.approved || destination !== null)) throw locked(reported);
  const wait = lockSeconds(user, now);
  if (wait !== null && provider.guessable && !provider.approved && destination !== null) throw locked(wait);
}

function locked(waitSeconds: number) {
  return tooManyAttempts('second_factor', {
    detail: 'The second factor is locked, so no code was sent. Wait, or use a security key.',
    retry_after: waitSeconds,
  });
}

/** Those of the user and of the address, which no other user can spend. */
function ownBudgets(
  { vault }: Pick<Deps, 'vault'>,
  provider: MFAProvider,
  user: Holder,
  destination: string,
): readonly SmsBudget[] {
  const { pace, method } = provider;
  const rules = pace ?? sendRules;
  const mailbox = destination.toLowerCase(); // one, however it is spelt
  return [
    ...(pace ? [{ subject: openSubject(provider, user.id), rules: oneOpen(pace), refusal: tooMany }] : []),
    { subject: `${method}:user:${user.id}`, rules, refusal: tooMany },
    { subject: `${method}:to:${vault.mac(mailbox)}`, rules, refusal: tooMany },
  ];
}

function oneOpen({ openSeconds }: Pace): SendRules {
  return { perWindow: 1, windowSeconds: openSeconds, apartSeconds: 0 };
}

function tooMany(waitSeconds: number) {
  return tooManyAttempts('sends', {
    detail: `Too many codes were sent. Ask again in ${waitSeconds} seconds.`,
    retry_after: waitSeconds,
  });
}

export type Challenged = {
  readonly tempToken: string;
  readonly expiresInSeconds: number;
  readonly asked: FactorRow;
  readonly factors: readonly FactorRow[];
  readonly show: Show;
  /** False where its code could not be sent yet; then nothing can answer it. */
  readonly sent: boolean;
  /** After how many seconds something may be sent; null where the method sends nothing. */
  readonly resendSeconds: number | null;
  /** Of a locked user: seconds until codes are looked at. */
  readonly retryAfterSeconds: number | null;
};

/** Opens a challenge. Where its code may not (429) or cannot (503) be sent, the audit hears of that before the client. */
export async function auditingFailure<Opened>(
  deps: Pick<Deps, 'db'>,
  about: Omit<AuditEvent, 'type' | 'outcome'>,
  origin: ClientInfo,
  now: Date,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) {
      const event = { type: 'mfa_send_failed', outcome: 'failure', ...about, ...whyNotSent(error) } as const;
      await writeAudit(deps.db, event, origin, now);
    }
    throw error;
  }
}
