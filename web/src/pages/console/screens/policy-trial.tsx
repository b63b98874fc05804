import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useAction } from '../../../components/use-action.ts';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { PolicyChanges } from './policy-changes.tsx';
import { type Plan, planOf } from './policy-preview.tsx';
import type { Area, Policy } from './policy-words.ts';

type Props = {
  readonly area: Area;
  readonly trial: Policy;
  readonly onPreview: (plan: Plan) => void;
  readonly onEnded: (words: string) => void;
};

/** The report-only policy: where it differs, what it would have refused, and its end. */
export function PolicyTrial({ area, trial, onPreview, onEnded }: Props) {
  const t = useTexts('console-policy');
  const mayWrite = useMay('policy:write');
  const mayAudit = useMay('audit:read');
  const [isOpen, setOpen] = useState(false);
  const work = useAction();
  async function end(): Promise<void> {
    const { version, policy } = area;
    const body = { ...policy, version };
    const answer = await work.run(() =>
      client.call('PUT /admin/areas/{area}', { params: { area: area.area }, body }),
    );
    if (answer) onEnded(t.trialEnded);
  }
  return (
    <section className="panel stack">
      <div className="stack tight">
        <h2>{t.trial}</h2>
        <p>{t.trialHelp}</p>
        {mayAudit && (
          <p>
            <Link href="/console/audit?type=policy_would_refuse">{t.trialAudit}</Link>
          </p>
        )}
      </div>
      <PolicyChanges
        label={t.trial}
        before={area.policy}
        after={trial}
        names={[`${t.inForce}:`, `${t.trial}:`]}
        empty={t.trialSame}
      />
      <div className="row">
        <Button onClick={() => onPreview(planOf(trial))}>{t.trialPreview}</Button>
        {mayWrite && <Button onClick={() => setOpen(true)}>{t.trialEnd}</Button>}
      </div>
      {isOpen && (
        <FormDialog
          title={t.trialEnd}
          submit={t.trialEnd}
          action={work}
          onSubmit={end}
          onClose={() => setOpen(false)}
        >
          <p>{t.trialEndWhat}</p>
          {area.changed_at === null && <p>{t.goPreset}</p>}
        </FormDialog>
      )}
    </section>
  );
}
