import type { MFAProvider, Verdict } from '../../domain/mfa/provider.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';
import { challengeData, dataOf, decryptJson } from './factor-store.ts';
import type { Answer, VerificationPurpose } from './verification.ts';

type By = { readonly candidate: CandidateFactor; readonly provider: MFAProvider };
export type Evaluation =
  | (Exclude<Verdict<unknown>, { outcome: 'failed' }> & By)
  /** Right, and what was shown is too little at this door. */
  | ({ readonly outcome: 'weak' } & By)
  | { readonly outcome: 'failed' };

/**
 * Asks the provider of each candidate until one says more than `failed`. The provider that comes back with a pass is as
 * strong as what was shown.
 */
export async function evaluateAnswer(
  deps: Pick<Deps, 'vault' | 'providers'>,
  found: ClaimedAttempt,
  answer: Answer,
  purpose: VerificationPurpose,
  { ip: from }: Pick<ClientInfo, 'ip'>,
  now: Date,
): Promise<Evaluation> {
  const context = { now, from, user: { id: found.userId, username: found.username, email: found.email } };
  for (const candidate of found.candidates) {
    const provider = deps.providers.get(candidate.method);
    const parsed = provider?.answer.safeParse(answer);
    if (!provider || !parsed?.success || !purpose.accepts(found, provider)) continue;
    const { id, challenge } = candidate;
    const place = { id, userId: found.userId };
    const data = dataOf(deps, provider, { ...place, dataSealed: candidate.dataSealed });
    const sealed = challenge && {
      text: challenge.stateSealed,
      place: challengeData({ id: challenge.id, factorId: id }),
    };
    const state = sealed && provider.state.parse(decryptJson(deps.vault, sealed.text, sealed.place));
    const factor = { ...place, method: candidate.method, data, version: candidate.version };
    const verdict = await provider.verify({ factor, state, answer: parsed.data }, context);
    if (verdict.outcome === 'failed') continue;
    const spent = verdict.outcome === 'passed' && challenge && !challenge.open;
    if (spent) return { outcome: 'used', candidate, provider };
    if (verdict.outcome !== 'passed') return { ...verdict, candidate, provider };
    const graded = { ...provider, ...verdict.grade };
    const weak = !purpose.accepts(found, graded);
    return weak ? { outcome: 'weak', candidate, provider } : { ...verdict, candidate, provider: graded };
  }
  return { outcome: 'failed' };
}
