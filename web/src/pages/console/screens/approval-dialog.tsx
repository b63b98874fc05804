import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Heading } from '../../../components/heading.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import type { Approval } from './approvals.tsx';
import { CallerCheckState, StartCallerCheck, useCallerCheck } from './caller-check.tsx';
import { type Evidence, EvidenceFields, offer } from './help-dialog.tsx';

export type Step = { readonly kind: 'decide' | 'execute' | 'cancel'; readonly approval: Approval };

type Props = {
  readonly step: Step;
  readonly onClose: () => void;
  readonly onDone: (words: string) => void;
};

/** One step of a request. The call asks for a fresh factor where it needs one. */
export function ApprovalDialog({ step, onClose, onDone }: Props) {
  if (step.kind === 'decide') return <Decide approval={step.approval} onClose={onClose} onDone={onDone} />;
  if (step.kind === 'cancel') return <Cancel approval={step.approval} onClose={onClose} onDone={onDone} />;
  return <Execute approval={step.approval} onClose={onClose} onDone={onDone} />;
}

type StepProps = Omit<Props, 'step'> & { readonly approval: Approval };

/** What the request is, as the person who decides must read it. */
function Words({
  approval: { username, requested_by_username: by, reason, ticket },
}: {
  readonly approval: Approval;
}) {
  const t = useTexts('console-approvals');
  return (
    <dl className="facts">
      <div>
        <dt>{t.forWhom}</dt>
        <dd>{username ?? t.policy}</dd>
      </div>
      <div>
        <dt>{t.who}</dt>
        <dd>{by ?? t.gone}</dd>
      </div>
      <div>
        <dt>{t.why}</dt>
        <dd>
          {reason} {ticket && `(${t.ticket(ticket)})`}
        </dd>
      </div>
    </dl>
  );
}

function Decide({ approval, onClose, onDone }: StepProps) {
  const t = useTexts('console-approvals');
  const common = useTexts('common');
  const work = useAction();
  const params = { id: approval.id };
  const title = t.decideTitle(t.actions[approval.action]);
  async function approve(): Promise<void> {
    if (await work.run(() => client.call('POST /admin/approvals/{id}/approve', { params })))
      onDone(t.approved);
  }
  async function refuse(): Promise<void> {
    if (await work.run(() => client.call('POST /admin/approvals/{id}/refuse', { params }))) onDone(t.refused);
  }
  return (
    <Dialog isOpen label={title} onClose={onClose}>
      <div className="stack">
        <Heading level={2}>{title}</Heading>
        <Words approval={approval} />
        <p>{t.decideWhat}</p>
        <ProblemAlert error={work.error} />
        <div className="row">
          <Button variant="primary" isBusy={work.isBusy} onClick={approve}>
            {t.approve}
          </Button>
          <Button variant="danger" isBusy={work.isBusy} onClick={refuse}>
            {t.refuse}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function Cancel({ approval, onClose, onDone }: StepProps) {
  const t = useTexts('console-approvals');
  const work = useAction();
  async function cancel(): Promise<void> {
    const params = { id: approval.id };
    if (await work.run(() => client.call('POST /admin/approvals/{id}/cancel', { params })))
      onDone(t.cancelled);
  }
  return (
    <FormDialog
      title={t.cancelTitle(t.actions[approval.action])}
      submit={t.cancel}
      action={work}
      onSubmit={cancel}
      onClose={onClose}
    >
      <Words approval={approval} />
      <p>{t.cancelWhat}</p>
    </FormDialog>
  );
}

function Execute({ approval, onClose, onDone }: StepProps) {
  const t = useTexts('console-approvals');
  const work = useAction();
  const [code, setCode] = useState('');
  const caller = useCaller(approval);
  async function carryOut(): Promise<void> {
    const input = { params: { id: approval.id }, body: caller.offered };
    const answer = await work.run(() => client.call('POST /admin/approvals/{id}/execute', input));
    if (!answer) return;
    if (answer.bypass) setCode(answer.bypass.code);
    else onDone(t.carriedOut);
  }
  if (code !== '')
    return (
      <SecretDialog
        title={t.bypassTitle}
        help={t.bypassWhat}
        secret={code}
        onClose={() => onDone(t.carriedOut)}
      />
    );
  if (caller.starting) return caller.starting;
  return (
    <FormDialog
      title={t.carryOutTitle(t.actions[approval.action])}
      submit={t.carryOut}
      isDanger
      action={work}
      onSubmit={carryOut}
      onClose={onClose}
    >
      <Words approval={approval} />
      <p>{t.carryOutWhat}</p>
      {caller.fields}
    </FormDialog>
  );
}

/** The help that opens the account to the person who calls. */
const opening: readonly Approval['action'][] = ['bypass_code', 'mfa_reset', 'password_reset'];

/** What this step needs to know of the caller. The call that carries the request out uses it up. */
function useCaller({ action, user_id: userId }: Approval) {
  const t = useTexts('console-people');
  const [asks, setAsks] = useState(false);
  const caller = useCallerCheck(opening.includes(action) ? userId : null);
  const [kinds, setKinds] = useState<readonly Evidence[]>([]);
  const id = userId ?? '';
  const { data: user } = useQuery({
    queryKey: ['person', id, 'caller'],
    queryFn: ({ signal }) => client.call('GET /admin/users/{id}', { params: { id }, signal }),
    enabled: userId !== null && opening.includes(action),
  });
  if (!user || user.help_requires === 'none') return { offered: {}, starting: null, fields: null };
  const begin: typeof caller.begin = (one) => {
    setAsks(false);
    caller.begin(one);
  };
  return {
    offered: offer(caller.passed, kinds),
    starting: asks && <StartCallerCheck user={user} onClose={() => setAsks(false)} onStarted={begin} />,
    fields: (
      <>
        <EvidenceFields user={user} check={caller.passed} chosen={kinds} onChoose={setKinds} />
        {caller.shown && <CallerCheckState {...caller.shown} />}
        <div>
          <Button onClick={() => setAsks(true)}>{t.callerName}</Button>
        </div>
      </>
    ),
  };
}
