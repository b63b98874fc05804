import { isProblem, type MustEnrol } from '@sallyport/client';
import { useEffect, useState } from 'react';
import { EnrolFactor } from '../../components/enrol/enrol-factor.tsx';
import { RecoveryCodes } from '../../components/enrol/recovery-codes.tsx';
import { Alert } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';

type Props = {
  /** Undefined: the person is logged in, and enrols by choice. */
  readonly as: MustEnrol | undefined;
  readonly onDone: () => void;
  readonly onOver: (error: unknown) => void;
};

/** Sets up the first factor without leaving the login. */
export default function EnrolHere({ as, onDone, onOver }: Props) {
  const t = useTexts('login');
  const format = useFormat();
  const [methods, setMethods] = useState(as?.methods);
  const [error, setError] = useState<unknown>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);

  useEffect(() => {
    if (methods) return;
    client.factors.status().then(({ policy }) => setMethods(policy.allowed_methods), setError);
  }, [methods]);

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (!methods) return <ProblemAlert error={error} />;
  return (
    <EnrolFactor
      methods={methods}
      as={as}
      title={as ? t.mustEnrolTitle : undefined}
      intro={
        as && (
          <>
            <p className="quiet">{t.mustEnrol}</p>
            {as.graceEndedAt && (
              <Alert tone="info">
                <p>{t.graceOver(format.date(as.graceEndedAt))}</p>
              </Alert>
            )}
          </>
        )
      }
      onDone={({ recoveryCodes }) => (recoveryCodes ? setCodes(recoveryCodes) : onDone())}
      onError={(thrown) => {
        const isOver = isProblem(thrown, 'invalid-token') || isProblem(thrown, 'authentication-required');
        if (isOver) onOver(thrown);
        return isOver;
      }}
    />
  );
}
