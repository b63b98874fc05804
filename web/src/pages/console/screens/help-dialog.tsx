import type { Operations } from '@sallyport/client';
import { useState } from 'react';
import { Checkbox } from '../../../components/field.tsx';
import { Notice } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { type Reason, ReasonFields, useReason } from '../parts/reason-fields.tsx';
import type { User } from './person-rules.ts';

export type ActionId = 'unlock' | 'bypass' | 'reset' | 'password' | 'logout' | 'invitation' | 'recovery';
type Answer = Operations['POST /admin/users/{id}/bypass-codes']['answer'];
export type Bypass = Extract<Answer, { readonly code: string }>;
/** What came of the help. `asked`: a second person must approve it first. */
export type Outcome = Bypass | 'asked' | null;
export type Evidence = 'callback_to_known_number' | 'manager_confirmed' | 'in_person_id';
type Offered = { readonly caller_check?: string; readonly evidence?: Evidence[] };
type Why = Offered & Reason;

/** The help that opens the account to the person who calls. */
const opening: readonly ActionId[] = ['bypass', 'reset', 'password'];

/** The help that fits the account as it is: no bypass code without a factor, no invitation after a password. */
export function actionsFor(user: User): readonly ActionId[] {
  const isActive = user.status === 'active';
  return [
    'unlock' as const,
    ...(user.enrolled && isActive ? (['bypass'] as const) : []),
    ...(user.enrolled ? (['reset'] as const) : []),
    ...(isActive && user.password_set ? (['password'] as const) : []),
    ...(isActive && !user.password_set ? (['invitation'] as const) : []),
    ...(user.recoveries.length > 0 ? (['recovery'] as const) : []),
    'logout' as const,
  ];
}

type Props = {
  readonly action: ActionId;
  readonly user: User;
  /** The id of a check that the caller passed. */
  readonly check: string | null;
  readonly onClose: () => void;
  readonly onDone: (outcome: Outcome) => void;
};

/** Says what will happen, and asks why. The audit keeps the reason and the ticket. */
export function HelpDialog({ action, user, check, onClose, onDone }: Props) {
  const t = useTexts('console-people');
  const reason = useReason();
  const [uses, setUses] = useState('1');
  const [seconds, setSeconds] = useState('3600');
  const [evidence, setEvidence] = useState<readonly Evidence[]>([]);
  const work = useAction();
  const words = t.actions[action];

  async function submit(): Promise<void> {
    const given = reason.collect();
    if (!given) return;
    const why: Why = { ...given, ...(opening.includes(action) && offer(check, evidence)) };
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
      {opening.includes(action) && (
        <EvidenceFields user={user} check={check} chosen={evidence} onChoose={setEvidence} />
      )}
      <ReasonFields of={reason} help={t.reasonHelp} rows={3} />
    </FormDialog>
  );
}

/** A passed check is enough. Without one, the kinds that were ticked. */
export function offer(check: string | null, kinds: readonly Evidence[]): Offered {
  if (check) return { caller_check: check };
  return kinds.length > 0 ? { evidence: [...kinds] } : {};
}

type EvidenceProps = {
  readonly user: Pick<User, 'help_requires'>;
  readonly check: string | null;
  readonly chosen: readonly Evidence[];
  readonly onChoose: (chosen: readonly Evidence[]) => void;
};

/** Says what the service demands to know of the caller: a passed check, or other evidence. */
export function EvidenceFields({ user, check, chosen, onChoose }: EvidenceProps) {
  const t = useTexts('console-people');
  if (check) return <Notice tone="success">{t.evidenceAttached}</Notice>;
  if (user.help_requires === 'none') return null;
  if (user.help_requires === 'caller_check') return <Notice tone="warning">{t.evidenceNeeded}</Notice>;
  const kinds: readonly Evidence[] = ['callback_to_known_number', 'manager_confirmed', 'in_person_id'];
  return (
    <fieldset className="choice-set">
      <legend>{t.evidenceNeededOr}</legend>
      {kinds.map((kind) => (
        <Checkbox
          key={kind}
          label={t.evidences[kind]}
          checked={chosen.includes(kind)}
          onChange={({ target }) =>
            onChoose(target.checked ? [...chosen, kind] : chosen.filter((one) => one !== kind))
          }
        />
      ))}
    </fieldset>
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
  if (action === 'recovery') await client.call('POST /admin/users/{id}/recoveries/stop', input);
  if (action === 'logout') await client.call('DELETE /admin/users/{id}/sessions', input);
  return null;
}

function outcomeOf(answer: Answer | undefined): Outcome {
  if (!answer) return null;
  return 'code' in answer ? answer : 'asked';
}
