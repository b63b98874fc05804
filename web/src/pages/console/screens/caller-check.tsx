import type { Operations } from '@sallyport/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Notice } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { ReasonFields, useReason } from '../parts/reason-fields.tsx';
import { useMethodName } from '../parts/use-method-name.ts';

export type StartedCheck = Operations['POST /admin/users/{id}/caller-checks']['answer'];
export type Check = Operations['GET /admin/users/{id}/caller-checks/{check_id}']['answer'];

type StartProps = {
  readonly user: { readonly id: string; readonly username: string };
  readonly onStarted: (check: StartedCheck) => void;
  readonly onClose: () => void;
};

/** Asks why, and starts a check of who is calling. */
export function StartCallerCheck({ user, onStarted, onClose }: StartProps) {
  const t = useTexts('console-people');
  const why = useReason();
  const work = useAction();
  async function submit(): Promise<void> {
    const body = why.collect();
    if (!body) return;
    const input = { params: { id: user.id }, body };
    const started = await work.run(() => client.call('POST /admin/users/{id}/caller-checks', input));
    if (started) onStarted(started);
  }
  return (
    <FormDialog
      title={t.callerTitle(user.username)}
      submit={t.callerGo}
      action={work}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t.callerWhat}</p>
      <ReasonFields of={why} help={t.callerReasonHelp} rows={2} />
    </FormDialog>
  );
}

type StateProps = {
  readonly userId: string;
  readonly started: StartedCheck;
  readonly onChange: (check: Check) => void;
};

/** The number to read to the caller, then how the check ended. The console asks every two seconds. */
export function CallerCheckState({ userId, started, onChange }: StateProps) {
  const t = useTexts('console-people');
  const format = useFormat();
  const methodName = useMethodName();
  const query = useQuery({
    queryKey: ['caller-check', started.id],
    queryFn: ({ signal }) =>
      client.call('GET /admin/users/{id}/caller-checks/{check_id}', {
        params: { id: userId, check_id: started.id },
        signal,
      }),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : 2_000),
  });
  const check = query.data;
  useEffect(() => {
    if (check) onChange(check);
  }, [check, onChange]);
  const state = check?.state ?? 'pending';
  return (
    <div className="stack tight caller-check">
      {state === 'pending' && (
        <>
          <p>{t.callerRead(`${window.location.host}/verify-caller`)}</p>
          <p className="mono bypass-code">{started.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</p>
          <p className="quiet">{t.callerNeverHear}</p>
        </>
      )}
      <div role="status">
        {state === 'pending' && <p>{t.callerPending(format.time(started.expires_at))}</p>}
        {state === 'passed' && (
          <Notice tone="success">
            {t.callerPassed(methodName(check?.method ?? ''), format.time(started.expires_at))}
          </Notice>
        )}
        {state === 'failed' && <Notice tone="danger">{t.callerFailed}</Notice>}
        {state === 'expired' && <Notice tone="warning">{t.callerExpired}</Notice>}
        {state === 'used' && <Notice>{t.callerUsed}</Notice>}
      </div>
      {state === 'passed' && check?.from_asker && <Notice tone="warning">{t.callerSameNetwork}</Notice>}
    </div>
  );
}

/** A passed check is asked about too, until it is used or over. */
function isOver(check: Check | undefined): boolean {
  return check !== undefined && check.state !== 'pending' && check.state !== 'passed';
}
