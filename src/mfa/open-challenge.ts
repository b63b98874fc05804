import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { NewChallenge } from '../login/login-store.ts';
import { tooManyAttempts } from '../problem.ts';
import { admitText, type Budget } from '../sms/admit-text.ts';
import { markFailed, textInsert } from '../sms/sms-store.ts';
import type { MFAProvider, Show } from './core/provider.ts';
import { challengeSeconds, type Pace, type SendRules, sendRules } from './core/sends.ts';
import { dataOf } from './factor-data.ts';
import { challengePlace, type Holder, sealJson } from './factor-store.ts';
import { endOpenSend, openSubject, paySends } from './send-store.ts';

export type OpeningDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'smsRules'>;

type Askable = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly dataSealed: string;
};

/**
 * Makes a challenge for a factor; sends its code where the method sends one. What is sent is paid for first, in one round
 * trip, and one more where it is charged for by the message. Nothing else is written yet: the caller does, with what the
 * challenge belongs to. Throws 429 too-many-attempts, or 503 dependency-unavailable.
 */
export async function openChallenge(
  deps: OpeningDeps,
  factor: Askable,
  user: Holder,
  now: Date,
): Promise<{ readonly challenge: NewChallenge; readonly show: Show }> {
  const provider = deps.providers.get(factor.method);
  if (!provider) throw new Error(`Asked for a factor without a provider: ${factor.method}`);
  const data = dataOf(deps, provider, factor);
  const place = { id: randomUUID(), factorId: factor.id };

  const destination = provider.sendsTo(data);
  const toll = provider.toll?.(data);
  if (destination !== null) {
    const admitted = toll && (await admitText(deps, toll, place, now));
    const budgets = [...ownBudgets(deps, provider, user, destination), ...(admitted?.budgets ?? [])];
    const write =
      admitted && ((from: Parameters<typeof textInsert>[2]) => textInsert(admitted.text, now, from));
    const unpaid = await paySends(deps.db, budgets, now, write);
    if (unpaid) throw unpaid.refused.refusal(unpaid.waitSeconds);
  }
  const { state, show } = await provider
    .challenge({ ...factor, data, version: 0 }, { now, user })
    .catch(async (error: unknown) => {
      await endOpenSend(deps.db, provider, user.id); // nobody was asked
      if (toll) await markFailed(deps.db, place.id);
      throw error;
    });

  const stateSealed = sealJson(deps.vault, state, challengePlace(place));
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1000);
  return { challenge: { ...place, stateSealed, expiresAt }, show };
}

/** Those of the user and of the address, which no other user can spend. */
function ownBudgets(
  { vault }: Pick<Deps, 'vault'>,
  provider: MFAProvider,
  user: Holder,
  destination: string,
): readonly Budget[] {
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
