import type { MFAProvider, Verdict } from '../../domain/mfa/provider.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Candidate, Found } from './attempt-store.ts';
import { challengePlace, dataOf, openJson } from './factor-store.ts';
import type { Answer, Meaning } from './verification.ts';

type By = { readonly candidate: Candidate; readonly provider: MFAProvider };
export type Judged =
  | (Exclude<Verdict<unknown>, { outcome: 'failed' }> & By)
  /** Right, and what was shown is too little at this door. */
  | ({ readonly outcome: 'weak' } & By)
  | { readonly outcome: 'failed' };

/**
 * Asks the provider of each candidate until one says more than `failed`. The provider that comes back with a pass is as
 * strong as what was shown.
 */
export async function judgeAnswer(
  deps: Pick<Deps, 'vault' | 'providers'>,
  found: Found,
  answer: Answer,
  meaning: Meaning,
  { ip: from }: Pick<Origin, 'ip'>,
  now: Date,
): Promise<Judged> {
  const context = { now, from, user: { id: found.userId, username: found.username, email: found.email } };
  for (const candidate of found.candidates) {
    const provider = deps.providers.get(candidate.method);
    const parsed = provider?.answer.safeParse(answer);
    if (!provider || !parsed?.success || !meaning.accepts(found, provider)) continue;
    const { id, challenge } = candidate;
    const place = { id, userId: found.userId };
    const data = dataOf(deps, provider, { ...place, dataSealed: candidate.dataSealed });
    const sealed = challenge && {
      text: challenge.stateSealed,
      place: challengePlace({ id: challenge.id, factorId: id }),
    };
    const state = sealed && provider.state.parse(openJson(deps.vault, sealed.text, sealed.place));
    const factor = { ...place, method: candidate.method, data, version: candidate.version };
    const verdict = await provider.verify({ factor, state, answer: parsed.data }, context);
    if (verdict.outcome === 'failed') continue;
    const spent = verdict.outcome === 'passed' && challenge && !challenge.open;
    if (spent) return { outcome: 'used', candidate, provider };
    if (verdict.outcome !== 'passed') return { ...verdict, candidate, provider };
    const graded = { ...provider, ...verdict.grade };
    const weak = !meaning.accepts(found, graded);
    return weak ? { outcome: 'weak', candidate, provider } : { ...verdict, candidate, provider: graded };
  }
  return { outcome: 'failed' };
}
