import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { NewChallenge } from '../login/login-store.ts';
import { tooManyAttempts } from '../problem.ts';
import type { Show } from './core/provider.ts';
import { challengeSeconds, type Pace, type SendRules, sendRules } from './core/sends.ts';
import { dataOf } from './factor-data.ts';
import { challengePlace, type Holder, sealJson } from './factor-store.ts';
import { endOpenSend, openSubject, paySend } from './send-store.ts';

type Askable = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly dataSealed: string;
};

/**
 * Makes a challenge for a factor; sends its code where the method sends one. What is sent is paid for first.
 * Nothing is written yet: the caller does, with what the challenge belongs to.
 * Throws 429 too-many-attempts, or 503 dependency-unavailable.
 */
export async function openChallenge(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  factor: Askable,
  user: Holder,
  now: Date,
): Promise<{ readonly challenge: NewChallenge; readonly show: Show }> {
  const provider = deps.providers.get(factor.method);
  if (!provider) throw new Error(`Asked for a factor without a provider: ${factor.method}`);
  const data = dataOf(deps, provider, factor);

  const destination = provider.sendsTo(data);
  if (destination !== null) {
    const { pace = sendRules, method } = provider;
    if (provider.pace) await granted(deps, openSubject(provider, user.id), oneOpen(provider.pace), now); // first: it costs no other
    await granted(deps, `${method}:user:${user.id}`, pace, now);
    const mailbox = destination.toLowerCase(); // one, however it is spelt
    await granted(deps, `${method}:to:${deps.vault.mac(mailbox)}`, pace, now);
  }
  const { state, show } = await provider
    .challenge({ ...factor, data, version: 0 }, { now, user })
    .catch(async (error: unknown) => {
      await endOpenSend(deps.db, provider, user.id); // nobody was asked
      throw error;
    });

  const place = { id: randomUUID(), factorId: factor.id };
  const stateSealed = sealJson(deps.vault, state, challengePlace(place));
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1000);
  return { challenge: { ...place, stateSealed, expiresAt }, show };
}

function oneOpen({ openSeconds }: Pace): SendRules {
  return { perWindow: 1, windowSeconds: openSeconds, apartSeconds: 0 };
}

async function granted(deps: Pick<Deps, 'db'>, subject: string, rules: SendRules, now: Date): Promise<void> {
  const wait = await paySend(deps.db, subject, rules, now);
  if (wait === null) return;
  throw tooManyAttempts('sends', {
    detail: `Too many codes were sent. Ask again in ${wait} seconds.`,
    retry_after: wait,
  });
}
