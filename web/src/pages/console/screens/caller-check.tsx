import type { Operations } from '@sallyport/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Notice } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { ReasonFields, useReason } from '../parts/reason-fields.tsx';
import { useMethodName } from '../parts/use-method-name.ts';
import { useMay } from '../parts/use-scopes.ts';

type StartedCheck = Operations['POST /admin/users/{id}/caller-checks']['answer'];
type Check = Operations['GET /admin/users/{id}/caller-checks/{check_id}']['answer'];

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

/**
 * The check of who is calling about an account: the one that was just started, else the newest that the service still
 * has, such as after a reload. Only a check that was just started has its number. The console asks every two seconds.
 */
export function useCallerCheck(userId: string | null) {
  const mayHelp = useMay('users:help');
  const [started, setStarted] = useState<StartedCheck | null>(null);
  const id = userId ?? '';
  const { data: newest } = useQuery({
    queryKey: ['caller-check', 'newest', id],
    queryFn: async ({ signal }) => {
      const { checks } = await client.call('GET /admin/users/{id}/caller-checks', { params: { id }, signal });
      return checks[0] ?? null;
    },
    enabled: userId !== null && mayHelp && started === null,
  });
  const checkId = started?.id ?? newest?.id ?? '';
  const { data: check } = useQuery({
    queryKey: ['caller-check', checkId],
    queryFn: ({ signal }) =>
      client.call('GET /admin/users/{id}/caller-checks/{check_id}', {
        params: { id, check_id: checkId },
        signal,
      }),
    enabled: checkId !== '',
    refetchInterval: ({ state }) => (isOver(state.data) ? false : 2_000),
  });
  return {
    begin: setStarted,
    /** The id of a check that the caller passed. */
    passed: check?.state === 'passed' ? check.id : null,
    shown: started || check ? { started, check: check ?? null } : null,
  };
}

type Shown = NonNullable<ReturnType<typeof useCallerCheck>['shown']>;

/** The number to read to the caller, then how the check ended. */
export function CallerCheckState({ started, check }: Shown) {
  const t = useTexts('console-people');
  const format = useFormat();
  const methodName = useMethodName();
  const state = check?.state ?? 'pending';
  const ends = format.time(check?.expires_at ?? started?.expires_at ?? '');
  return (
    <div className="stack tight caller-check">
      {state === 'pending' && started && (
        <>
          <p>{t.callerRead(`${window.location.host}/verify-caller`)}</p>
          <p className="mono bypass-code">{started.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</p>
          <p className="quiet">{t.callerNeverHear}</p>
        </>
      )}
      <div role="status">
        {state === 'pending' && <p>{t.callerPending(ends)}</p>}
        {state === 'passed' && (
          <Notice tone="success">{t.callerPassed(methodName(check?.method ?? ''), ends)}</Notice>
        )}
        {state === 'failed' && <Notice tone="danger">{t.callerFailed}</Notice>}
        {state === 'expired' && <Notice tone="warning">{t.callerExpired}</Notice>}
        {state === 'used' && <Notice>{t.callerUsed}</Notice>}
      </div>
      {state === 'pending' && !started && <p className="quiet">{t.callerNumberGone}</p>}
      {state === 'passed' && check?.from_asker && <Notice tone="warning">{t.callerSameNetwork}</Notice>}
    </div>
  );
}

/** A passed check is asked about too, until it is used or over. */
function isOver(check: Check | undefined): boolean {
  return check !== undefined && check.state !== 'pending' && check.state !== 'passed';
}
