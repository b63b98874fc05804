import type { Operations } from '@sallyport/client';
import { useState } from 'react';
import { TextField } from '../../../components/field.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField, TextArea } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import type { User } from './person-rules.ts';

export type ActionId = 'unlock' | 'bypass' | 'reset' | 'password' | 'logout' | 'invitation';
type Answer = Operations['POST /admin/users/{id}/bypass-codes']['answer'];
export type Bypass = Extract<Answer, { readonly code: string }>;
/** What came of the help. `asked`: a second person must approve it first. */
export type Outcome = Bypass | 'asked' | null;
type Why = { readonly reason: string; readonly ticket?: string };

/** The help that fits the account as it is: no bypass code without a factor, no invitation after a password. */
export function actionsFor(user: User): readonly ActionId[] {
  const isActive = user.status === 'active';
  return [
    'unlock' as const,
    ...(user.enrolled && isActive ? (['bypass'] as const) : []),
    ...(user.enrolled ? (['reset'] as const) : []),
    ...(isActive && user.password_set ? (['password'] as const) : []),
    ...(isActive && !user.password_set ? (['invitation'] as const) : []),
    'logout' as const,
  ];
}

type Props = {
  readonly action: ActionId;
  readonly user: User;
  readonly onClose: () => void;
  readonly onDone: (outcome: Outcome) => void;
};

/** Says what will happen, and asks why. The audit keeps the reason and the ticket. */
export function HelpDialog({ action, user, onClose, onDone }: Props) {
  const t = useTexts('console-people');
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [uses, setUses] = useState('1');
  const [seconds, setSeconds] = useState('3600');
  const [isMissing, setMissing] = useState(false);
  const work = useAction();
  const words = t.actions[action];

  async function submit(): Promise<void> {
    setMissing(reason.trim() === '');
    if (reason.trim() === '') return;
    const why: Why = { reason: reason.trim(), ...(ticket.trim() && { ticket: ticket.trim() }) };
    const bypass = { ...why, uses: Number(uses), expires_in: Number(seconds) };
    const answer = await work.run(() => send(action, user.id, action === 'bypass' ? bypass : why));
    if (answer !== undefined) onDone(answer);
  }

  return (
    <FormDialog
      title={words.title(user.username)}
      submit={words.go}
      isDanger={action !== 'unlock' && action !== 'bypass' && action !== 'invitation'}
      action={work}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{words.what}</p>
      {action === 'bypass' && (
        <div className="columns">
          <SelectField
            label={t.uses}
            value={uses}
            onChange={(event) => setUses(event.target.value)}
            options={['1', '2', '3', '5', '10'].map((count) => [count, count])}
          />
          <SelectField
            label={t.worksFor}
            value={seconds}
            onChange={(event) => setSeconds(event.target.value)}
            options={[
              ['3600', t.hours(1)],
              ['14400', t.hours(4)],
              ['28800', t.hours(8)],
              ['86400', t.hours(24)],
            ]}
          />
        </div>
      )}
      <TextArea
        label={t.reason}
        description={t.reasonHelp}
        error={isMissing ? t.reasonMissing : null}
        value={reason}
        maxLength={500}
        rows={3}
        required
        autoFocus
        onChange={(event) => setReason(event.target.value)}
      />
      <TextField
        label={t.ticket}
        value={ticket}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setTicket(event.target.value)}
      />
    </FormDialog>
  );
}

/** Gives the bypass code, or null where the service has nothing to show. */
async function send(action: ActionId, id: string, body: Why): Promise<Outcome> {
  const input = { params: { id }, body };
  if (action === 'bypass') return outcomeOf(await client.call('POST /admin/users/{id}/bypass-codes', input));
  if (action === 'unlock') await client.call('POST /admin/users/{id}/unlock', input);
  if (action === 'reset') return outcomeOf(await client.call('POST /admin/users/{id}/mfa/reset', input));
  if (action === 'password')
    return outcomeOf(await client.call('POST /admin/users/{id}/password-reset', input));
  if (action === 'invitation') await client.call('POST /admin/users/{id}/invitation', input);
  if (action === 'logout') await client.call('DELETE /admin/users/{id}/sessions', input);
  return null;
}

function outcomeOf(answer: Answer | undefined): Outcome {
  if (!answer) return null;
  return 'code' in answer ? answer : 'asked';
}
