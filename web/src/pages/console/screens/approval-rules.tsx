import type { Operations } from '@sallyport/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { TextField } from '../../../components/field.tsx';
import { Notice } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField, TextArea } from '../parts/fields.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Submit } from '../parts/submit.tsx';
import { useMay } from '../parts/use-scopes.ts';

type RulesRead = Operations['GET /admin/approval-rules']['answer'];
type Rules = RulesRead['rules'];
type Action = keyof Rules;
type Mode = Rules[Action]['mode'];

const modes: readonly Mode[] = ['none', 'second_person', 'second_person_and_wait'];
const waiting: Mode = 'second_person_and_wait';

/** Which actions need a second person. Who may not change them reads them. */
export function ApprovalRules({ onDone }: { readonly onDone: (words: string) => void }) {
  const t = useTexts('console-approvals');
  const query = useQuery({
    queryKey: ['approval-rules'],
    queryFn: ({ signal }) => client.call('GET /admin/approval-rules', { signal }),
  });
  return (
    <section className="panel stack">
      <h2>{t.rules}</h2>
      <p className="quiet">{t.rulesHelp}</p>
      <Loaded query={query}>
        {(read) => (
          <>
            <p>{t.people(read.administrators, read.helpers)}</p>
            {read.helpers < 2 && <Notice tone="warning">{t.tooFew}</Notice>}
            {read.helpers >= 2 && read.administrators < 3 && <Notice>{t.tooFewAdmins}</Notice>}
            <RulesForm key={JSON.stringify(read.rules)} read={read} onDone={onDone} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function RulesForm({ read, onDone }: { readonly read: RulesRead; readonly onDone: (words: string) => void }) {
  const t = useTexts('console-approvals');
  const mayWrite = useMay('policy:write');
  const queries = useQueryClient();
  const [rules, setRules] = useState(read.rules);
  const [reason, setReason] = useState('');
  const [isWrong, setWrong] = useState(false);
  const work = useAction();
  const names = Object.keys(read.rules) as Action[];

  function change(action: Action, rule: Partial<Rules[Action]>): void {
    setRules({ ...rules, [action]: { ...rules[action], ...rule } });
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const fits = ({ mode, wait_hours: hours }: Rules[Action]) =>
      mode !== waiting || (Number.isInteger(hours) && hours >= 1 && hours <= 168);
    const isRight = Object.values(rules).every(fits);
    setWrong(!isRight);
    if (!isRight) return;
    const body = { rules, ...(reason.trim() && { reason: reason.trim() }) };
    const answer = await work.run(() => client.call('PUT /admin/approval-rules', { body }));
    if (!answer) return;
    await queries.invalidateQueries({ queryKey: ['approval-rules'] });
    onDone('rules' in answer ? t.saved : t.savedAsked);
  }

  return (
    <form className="stack" noValidate onSubmit={save}>
      {names.map((action) => (
        <div key={action} className="columns">
          <SelectField
            label={t.actions[action]}
            value={rules[action].mode}
            disabled={!mayWrite}
            onChange={({ target }) => change(action, { mode: target.value as Mode, wait_hours: 24 })}
            options={modes.map((mode) => [mode, t.modes[mode]])}
          />
          {rules[action].mode === waiting && (
            <TextField
              label={t.waitHours(t.actions[action])}
              inputMode="numeric"
              disabled={!mayWrite}
              value={String(rules[action].wait_hours)}
              error={isWrong ? t.hoursWrong : null}
              onChange={({ target }) => change(action, { wait_hours: Number(target.value) })}
            />
          )}
        </div>
      ))}
      {mayWrite && (
        <>
          <TextArea
            label={t.reason}
            value={reason}
            maxLength={500}
            rows={2}
            onChange={({ target }) => setReason(target.value)}
          />
          <Submit action={work}>{t.save}</Submit>
        </>
      )}
    </form>
  );
}
