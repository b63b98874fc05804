import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { unreachableFactor } from '../../domain/mfa/mfa-problems.ts';
import { destinationOf, type MFAProvider, type Show } from '../../domain/mfa/provider.ts';
import { whyNotSent } from '../../domain/sms/sms-problems.ts';
import { type Lock, lockSeconds, throttleRules } from '../../domain/throttling/second-factor-throttle.ts';
import {
  challengeSeconds,
  type Pace,
  type SendRules,
  sendRules,
} from '../../domain/throttling/send-limits.ts';
import { Problem, tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { admitText, type SmsBudget } from '../sms/admit-text.ts';
import { markFailed, textInsert } from '../sms/sms-store.ts';
import { endOpenSend, openSubject, reserveSends } from '../throttling/send-budget-store.ts';
import { reportOf } from '../throttling/throttle-store.ts';
import { challengeData, dataOf, encryptJson, type FactorRow, type Holder } from './factor-store.ts';
import type { NewChallenge } from './pending-login-store.ts';

type ChallengeDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'smsRules'>;

/** The user to challenge, and the user's locks. */
type ChallengedUser = Holder & Lock;

/** `resendSeconds`: after how many seconds another code may be sent; null if the method sends nothing. */
type OpenedChallenge = {
  readonly challenge: NewChallenge;
  readonly show: Show;
  readonly resendSeconds: number | null;
};

type Asking = {
  readonly factor: ChallengeFactor;
  readonly user: ChallengedUser;
  readonly now: Date;
  readonly from?: string | undefined;
};

type ChallengeFactor = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly dataSealed: string;
};

/**
 * Makes a challenge for a factor, and sends its code if the method sends one.
 *
 * 1. While a user reports an attack, the service does not ask the user. It sends no code that a lock would keep from
 *    being checked.
 * 2. Each send is charged to the budgets before it is made. This takes one round trip, and one more for a message with
 *    a price.
 * 3. The provider sends the code, and decides what the client is shown.
 *
 * The caller writes the challenge, together with the login or factor that it belongs to. `from`: the client's IP
 * address, for methods that decide by it. Throws 429 too-many-attempts, or 503 dependency-unavailable.
 */
export async function openChallenge(
  deps: ChallengeDeps,
  { factor, user, now, from }: Asking,
): Promise<OpenedChallenge> {
  const provider = deps.providers.get(factor.method);
  if (!provider) throw new Error(`Asked for a factor without a provider: ${factor.method}`);
  const data = dataOf(deps, provider, factor);
  const ids = { id: randomUUID(), factorId: factor.id };

  const destination = destinationOf(provider, data);
  const toll = provider.delivery?.toll?.(data);
  let resendSeconds: number | null = null;
  assertMayChallenge(provider, destination, user, now);
  if (destination !== null) {
    const admitted = toll && (await admitText(deps, toll, ids, now));
    const budgets = [...ownBudgets(deps, provider, user, destination), ...(admitted?.budgets ?? [])];
    const write =
      admitted && ((granted: Parameters<typeof textInsert>[2]) => textInsert(admitted.text, now, granted));
    const reserved = await reserveSends(deps.db, { budgets, now, write, unless: reportOf(user.id, now) });
    if (reserved.refused) throw reserved.refused.refusal(reserved.waitSeconds);
    if (reserved.nextSeconds === null) throw locked(throttleRules.reportSeconds); // the user reported an attack
    resendSeconds = reserved.nextSeconds;
  }
  const { state, show } = await provider
    // A challenge changes no factor, so no provider reads the version here.
    .challenge({ ...factor, data, version: 0 }, { now, user, ...(from !== undefined && { from }) })
    .catch(async (error: unknown) => {
      await endOpenSend(deps.db, provider, user.id); // the user was not asked
      if (toll) await markFailed(deps.db, ids.id);
      throw error;
    });

  const stateSealed = encryptJson(deps.vault, state, challengeData(ids));
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1000);
  return { challenge: { ...ids, stateSealed, expiresAt }, show, resendSeconds };
}

/** Opens the challenge of an enrolled factor, whose number or address is nothing that the person has just typed. */
export async function askForFactor(deps: ChallengeDeps, asking: Asking): Promise<OpenedChallenge> {
  try {
    return await openChallenge(deps, asking);
  } catch (error) {
    throw unreachableFactor(error);
  }
}

/** Throws 429 by the locks that were read before. The reservation of a send checks once more for a report. */
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

/** The budgets of the user and of the address. No other user can use them up. */
function ownBudgets(
  { vault }: Pick<Deps, 'vault'>,
  provider: MFAProvider,
  user: Holder,
  destination: string,
): readonly SmsBudget[] {
  const { method } = provider;
  const pace = provider.delivery?.pace;
  const rules = pace ?? sendRules;
  const mailbox = destination.toLowerCase(); // one mailbox in any spelling
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
  /** How long this login may make the device trusted; null if it may not. */
  readonly trustDeviceSeconds: number | null;
  readonly expiresInSeconds: number;
  readonly asked: FactorRow;
  readonly factors: readonly FactorRow[];
  readonly show: Show;
  /** False if the code could not be sent yet. Before it is sent, no answer can be right. */
  readonly sent: boolean;
  /** After how many seconds a code may be sent; null if the method sends nothing. */
  readonly resendSeconds: number | null;
  /** The seconds until codes are checked again, if the user is locked; otherwise null. */
  readonly retryAfterSeconds: number | null;
};

/** Opens a challenge. If its code may not (429) or cannot (503) be sent, audits that before it throws the refusal. */
export async function auditingFailure<Opened>(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  about: Omit<AuditEvent, 'type' | 'outcome'>,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) {
      const event = { type: 'mfa_send_failed', outcome: 'failure', ...about, ...whyNotSent(error) } as const;
      await writeAudit(deps.db, ctx, event);
    }
    throw error;
  }
}
