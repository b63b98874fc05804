import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { Show } from '../mfa/core/provider.ts';
import { challengeSeconds } from '../mfa/core/sends.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { openChallenge } from '../mfa/open-challenge.ts';
import type { Origin } from '../origin.ts';
import { Problem } from '../problem.ts';
import { newSecretToken } from '../secret-token.ts';
import type { Right } from './log-in.ts';
import { type NewChallenge, recordPendingLogin } from './login-store.ts';

export type Challenged = {
  readonly tempToken: string;
  readonly expiresInSeconds: number;
  readonly asked: FactorRow;
  readonly factors: readonly FactorRow[];
  readonly show: Show;
};

/**
 * The password was right: opens the challenge of the default factor and hands out the temp token. Where its code cannot
 * be sent, the refusal (429 or 503) carries the temp token and the other methods, so that nobody is locked out by it.
 */
export async function beginChallenge(
  deps: Deps,
  right: Right,
  factors: readonly FactorRow[],
  origin: Origin,
  now: Date,
): Promise<Challenged> {
  const { user, guess, input } = right;
  const asked = factors.find(({ isBackup }) => !isBackup) ?? factors[0];
  if (!asked) throw new Error('A challenge needs a factor');

  const tempToken = newSecretToken();
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1000);
  const record = (challenge: NewChallenge | null, failed?: 'failed') => {
    const login = {
      id: randomUUID(),
      tempToken,
      userId: user.id,
      area: input.area,
      sessionId: null,
      expiresAt,
      challenge,
    };
    const about = { userId: user.id, area: input.area, method: asked.method, factorId: asked.id };
    const event = failed
      ? ({ type: 'mfa_send_failed', outcome: 'failure', ...about } as const)
      : ({ type: 'mfa_challenge', outcome: 'success', ...about } as const);
    return recordPendingLogin(deps.db, guess, login, event, origin, now);
  };

  try {
    const { challenge, show } = await openChallenge(deps, asked, user, now);
    await record(challenge);
    return { tempToken, expiresInSeconds: challengeSeconds, asked, factors, show };
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 429 && error.status !== 503)) throw error;
    await record(null, 'failed');
    throw withOtherWays(error, tempToken, methodsShown(deps, factors));
  }
}

/** `methods` in the wire's shape: masked, and nothing else about the user. */
export function methodsShown({ providers }: Pick<Deps, 'providers'>, factors: readonly FactorRow[]) {
  return factors.map(({ method, id, label, hint }) => ({
    method,
    factor_id: id,
    label,
    hint,
    ...(providers.get(method)?.restricted && { restricted: true as const }),
  }));
}

function withOtherWays(
  problem: Problem,
  tempToken: string,
  methods: ReturnType<typeof methodsShown>,
): Problem {
  const more = { temp_token: tempToken, expires_in: challengeSeconds, methods };
  return new Problem(
    problem.status,
    problem.type,
    problem.title,
    { ...problem.extensions, ...more },
    problem.cause,
  );
}
