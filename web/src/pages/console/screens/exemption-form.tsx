import { type FormEvent, useState } from 'react';
import { TextField } from '../../../components/field.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { TextArea } from '../parts/fields.tsx';
import { Submit } from '../parts/submit.tsx';

const aDay = 86_400_000;
type Fault = 'person' | 'reason' | 'until';

/** Exempts one person, by name, with a reason and a last day. */
export function ExemptionForm({ onDone }: { readonly onDone: (outcome: 'added' | 'asked') => void }) {
  const t = useTexts('console-operations');
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [approver, setApprover] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const work = useAction();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const ends = endOf(until);
    const early = name.trim() === '' ? 'person' : reason.trim() === '' ? 'reason' : ends ? null : 'until';
    setFault(early);
    if (early || !ends) return;
    const found = await work.run(() => exempt(name.trim(), { reason, approver, ends }));
    if (found === undefined) return;
    setFault(found ? null : 'person');
    if (found === null) return;
    setName('');
    setReason('');
    setUntil('');
    setApprover('');
    onDone(found);
  }

  return (
    <section className="panel">
      <form className="stack" noValidate onSubmit={submit}>
        <h2>{t.add}</h2>
        <div className="columns">
          <TextField
            label={t.person}
            description={t.personHelp}
            error={fault === 'person' ? t.personMissing : null}
            value={name}
            maxLength={128}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            type="date"
            label={t.until}
            error={fault === 'until' ? t.untilMissing : null}
            value={until}
            onChange={(event) => setUntil(event.target.value)}
          />
        </div>
        <TextArea
          label={t.reason}
          error={fault === 'reason' ? t.reasonMissing : null}
          value={reason}
          maxLength={500}
          rows={2}
          onChange={(event) => setReason(event.target.value)}
        />
        <TextField
          label={t.approver}
          description={t.approverHelp}
          value={approver}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setApprover(event.target.value)}
        />
        <Submit action={work}>{t.addGo}</Submit>
      </form>
    </section>
  );
}

type Wanted = { readonly reason: string; readonly approver: string; readonly ends: Date };

/** Null: there is no user of exactly this name. `asked`: a second person must approve the exemption first. */
async function exempt(name: string, { reason, approver, ends }: Wanted): Promise<'added' | 'asked' | null> {
  const isIt = ({ username }: { username: string }) => username.toLowerCase() === name.toLowerCase();
  const { users } = await client.call('GET /admin/users', { query: { q: name, limit: 200 } });
  const user = users.find(isIt);
  if (!user) return null;
  const approval = approver.trim() === '' ? {} : { approved_by: approver.trim() };
  const body = { user_id: user.id, reason: reason.trim(), ends_at: ends.toISOString(), ...approval };
  const answer = await client.call('POST /admin/exemptions', { body });
  return 'state' in answer ? 'asked' : 'added';
}

/** The end of a day where the person is. Null: it is no day, or not within a year from now. */
function endOf(day: string): Date | null {
  const [year = Number.NaN, month = 1, date = 1] = day.split('-').map(Number);
  const end = new Date(year, month - 1, date + 1);
  const left = day === '' ? Number.NaN : end.getTime() - Date.now();
  return left > 0 && left < 365 * aDay ? end : null;
}
