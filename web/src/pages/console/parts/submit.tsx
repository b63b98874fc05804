import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';

type Props = {
  readonly action: { readonly isBusy: boolean; readonly error: unknown };
  readonly children: ReactNode;
};

/** The end of a form: what went wrong, and the button that sends it. */
export function Submit({ action, children }: Props) {
  return (
    <>
      <ProblemAlert error={action.error} />
      <div>
        <Button type="submit" variant="primary" isBusy={action.isBusy}>
          {children}
        </Button>
      </div>
    </>
  );
}
