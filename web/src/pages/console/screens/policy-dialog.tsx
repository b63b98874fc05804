import { isProblem } from '@sallyport/client';
import { useState } from 'react';
import { Alert } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { OptionalReason } from '../parts/reason-fields.tsx';
import { TypedCount, useTypedCount } from '../parts/typed-count.tsx';
import type { Plan } from './policy-preview.tsx';
import type { Area } from './policy-words.ts';

type Props = {
  readonly area: Area;
  readonly plan: Plan;
  readonly reportOnly: boolean;
  /** How many people the preview says are newly shut out. */
  readonly count: number;
  /** `isStale`: what the page shows is no longer so. */
  readonly onClose: (isStale: boolean) => void;
  readonly onDone: (words: string) => void;
};

/**
 * The change. Its version and its number are those that the person has seen, so a change of somebody else is not lost. If
 * it shuts people out, the person types how many, as a sign of having read it.
 */
export function PolicyDialog({ area, plan, reportOnly, count, onClose, onDone }: Props) {
  const t = useTexts('console-policy');
  const [seen] = useState({ version: area.version, count });
  const [reason, setReason] = useState('');
  const work = useAction();
  const shutOut = useTypedCount(reportOnly ? 0 : seen.count);
  const fault = wordsOf(work.error, t);

  async function go(): Promise<void> {
    if (!shutOut.check()) return;
    const how = reportOnly ? { report_only: true } : { confirm_shut_out: seen.count };
    const why = !reportOnly && reason.trim() && { reason: reason.trim() };
    const body = { ...plan.body, ...how, version: seen.version, ...why };
    const answer = await work.run(() =>
      client.call('PUT /admin/areas/{area}', { params: { area: area.area }, body }),
    );
    if (!answer) return;
    if ('state' in answer) onDone(t.asked);
    else onDone(reportOnly ? t.tried : t.done);
  }

  const name = t.areas[area.area];
  return (
    <FormDialog
      title={reportOnly ? t.tryTitle(name) : t.goTitle(name)}
      submit={reportOnly ? t.tryIt : t.go}
      isDanger={shutOut.count > 0}
      action={{ isBusy: work.isBusy, error: fault ? null : work.error }}
      onSubmit={go}
      onClose={() => onClose(fault !== null)}
    >
      {reportOnly ? (
        <>
          <p>{t.tryWhat}</p>
          {area.trial && <p>{t.tryInstead}</p>}
        </>
      ) : (
        <>
          <p>{t.goAtOnce}</p>
          <p>{t.goShorter}</p>
          {area.trial && <p>{t.goTrial}</p>}
          {area.changed_at === null && <p>{t.goPreset}</p>}
          {area.area === 'admin' && <p>{t.goOwn}</p>}
          <p>
            <strong>{seen.count === 0 ? t.goNobody : t.goCount(seen.count)}</strong>
          </p>
        </>
      )}
      <TypedCount of={shutOut} />
      {!reportOnly && <OptionalReason value={reason} help={t.reasonHelp} onType={setReason} />}
      <Alert>{fault}</Alert>
    </FormDialog>
  );
}

type Words = Readonly<Record<'overtaken' | 'countMoved' | 'nobodyLeft', string>>;

/** What the refusal means for the preview. Null: the general words say it. */
function wordsOf(error: unknown, t: Words): string | null {
  if (isProblem(error, 'conflict')) return error.body.reason === undefined ? t.overtaken : null;
  if (!isProblem(error, 'locks-out')) return null;
  return error.body.shut_out === undefined ? t.nobodyLeft : t.countMoved;
}
