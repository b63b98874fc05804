import { type Enrolment, type LoggedIn, type Proof, SallyportProblem } from '@sallyport/client';
import { useContext } from 'react';
import type { client } from '../../session.ts';
import { useAction } from '../use-action.ts';
import { ConfirmBy } from './confirm-by.ts';

/** Confirms a pending factor by its first answer. A wrong answer leaves it pending. */
export function useConfirm(enrolment: Enrolment, onDone: (answer: LoggedIn) => void) {
  const action = useAction();
  const by = useContext(ConfirmBy);

  async function take(
    work: () => Promise<Awaited<ReturnType<typeof client.verify<Enrolment>>>>,
  ): Promise<void> {
    await action.run(async () => {
      const answer = await work();
      if (answer.kind === 'tokens') onDone(answer);
      else if (answer.kind === 'enrolment' && answer.problem instanceof SallyportProblem)
        throw answer.problem;
    });
  }

  return {
    ...action,
    confirm: (proof: Proof) => take(() => by.verify(enrolment, proof)),
    waitForPush: (signal: AbortSignal) => take(() => by.waitForPush(enrolment, { signal })),
  };
}
