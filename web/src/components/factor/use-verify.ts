import { type Challenge, isProblem, type Proof } from '@sallyport/client';
import { client } from '../../session.ts';
import { useAction } from '../use-action.ts';
import type { AnswerProps } from './factor-challenge.tsx';

type Props = Pick<AnswerProps, 'challenge' | 'onAnswer'> & { readonly onOver: (error?: unknown) => void };

/** Sends an answer to a challenge. What leaves the challenge open stays here, and what ends it is handed on. */
export function useVerify({ challenge, onAnswer, onOver }: Props) {
  const action = useAction();

  async function take(
    work: () => Promise<Awaited<ReturnType<typeof client.verify<Challenge>>>>,
  ): Promise<void> {
    await action.run(async () => {
      try {
        const answer = await work();
        if (answer.kind !== 'pending') onAnswer(answer);
      } catch (error) {
        const isEnd =
          isProblem(error, 'challenge-invalid') ||
          isProblem(error, 'too-many-attempts', 'second_factor') ||
          (isProblem(error, 'mfa-token-invalid') && error.body.attempts_remaining === 0);
        if (!isEnd) throw error;
        onOver(error);
      }
    });
  }

  return {
    isBusy: action.isBusy,
    error: action.error ?? challenge.problem,
    verify: (proof: Proof) => take(() => client.verify(challenge, proof)),
    verifyWithKey: (proof: Proof) => take(() => client.verifyWithKey(challenge, proof)),
    waitForPush: (signal: AbortSignal) => take(() => client.waitForPush(challenge, { signal })),
  };
}
